import { Button, Group, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useReducer, useState } from 'react';
import { ApiError } from '#console/api/api-error.ts';
import { call } from '#console/api/call.ts';
import { Failed } from '#console/parts/failed.tsx';
import { texts } from '#console/texts/index.ts';
import { mayWrite, type Written, write } from '../change.ts';
import { copyAs } from '../copy-as.ts';
import { ConflictDialog } from '../impact/conflict-dialog.tsx';
import { ImpactDialog } from '../impact/impact-dialog.tsx';
import type { Definition, Lifecycle } from '../model.ts';
import { RuleEditor } from './rule-editor.tsx';
import { openSession, stepped } from './session.ts';

const t = texts.rules.impact;

interface DefinitionEditorProps {
  /** As it was read, or as a new one begins. */
  readonly base: Definition;
  /** Undefined: it is new. */
  readonly etag: string | undefined;
  readonly methodBefore?: string | undefined;
  /** Name, id and description of a new one; or why they cannot be so yet. */
  readonly head?: Pick<Definition, 'id' | 'name' | 'description'>;
  readonly obstacle?: string | undefined;
  readonly onWritten?: (definition: Definition) => void;
  readonly children?: ReactNode;
}

/** Edits the rule of an audience, shows what publishing would do, and writes it: drafts, too. */
export function DefinitionEditor({
  base,
  etag,
  methodBefore,
  head,
  obstacle,
  onWritten,
  children,
}: DefinitionEditorProps) {
  const [session, step] = useReducer(stepped, base.expression.value, openSession);
  // What the change began from: another one once somebody else's was taken over.
  const [from, setFrom] = useState({ base, etag });
  const [reviewed, setReviewed] = useState<Definition>();
  const [conflict, setConflict] = useState<Definition>();
  const [methodAfter, setMethodAfter] = useState<string>();
  const isReadOnly = !mayWrite();
  const { mutate, isPending, error, reset } = useWriting();
  const mine = (to: Lifecycle): Definition => ({
    ...from.base,
    ...head,
    expression: { ...from.base.expression, value: session.text },
    lifecycleState: to,
  });
  const put = (definition: Definition, tag = from.etag): void =>
    mutate(
      { definition, etag: tag },
      {
        onSuccess: ({ etag: now, message }) => {
          setReviewed(undefined);
          setConflict(undefined);
          setFrom({ base: definition, etag: now });
          notifications.show({ message });
          onWritten?.(definition);
        },
        onError: (failure) => {
          if (!(failure instanceof ApiError) || failure.status !== 412) return;
          setReviewed(undefined);
          setConflict(definition);
          reset();
        },
      },
    );
  const review = async (): Promise<void> => {
    setReviewed(mine('published'));
    const { data } = await call('POST /tributary/audiences/rules/check', { body: { pql: session.text } });
    setMethodAfter(data.plan?.method);
  };
  const { lifecycleState: state = 'published' } = from.base;
  const isActive = from.etag !== undefined && state === 'published';
  const cannot = session.text.trim() === '' || session.mistake !== undefined || obstacle !== undefined;
  return (
    <Stack gap="md">
      {children}
      {!isReadOnly && (
        <Group gap="xs" justify="flex-end">
          <Button variant="default" onClick={() => void copyAs.yaml(mine(state))}>
            {t.copyYaml}
          </Button>
          <Button
            variant="default"
            disabled={cannot || isActive}
            loading={isPending && !reviewed}
            title={isActive ? t.noDraft : obstacle}
            onClick={() => put(mine('draft'))}
          >
            {t.saveDraft}
          </Button>
          <Button disabled={cannot} title={obstacle} onClick={() => void review()}>
            {t.review}
          </Button>
        </Group>
      )}
      {error && !reviewed && !conflict && <Failed error={error} />}
      <RuleEditor
        session={session}
        step={step}
        isReadOnly={isReadOnly}
        mergePolicyId={typeof base.mergePolicyId === 'string' ? base.mergePolicyId : undefined}
        methodBefore={methodBefore}
        ownId={etag === undefined ? undefined : base.id}
      />
      <ImpactDialog
        definition={reviewed}
        etag={from.etag}
        methods={{ before: methodBefore, after: methodAfter }}
        isWriting={isPending}
        error={error}
        publish={put}
        close={() => {
          reset();
          setReviewed(undefined);
        }}
        onConflict={setConflict}
      />
      {conflict && (
        <ConflictDialog
          base={from.base}
          mine={conflict}
          close={() => setConflict(undefined)}
          take={(theirs, tag) => {
            setFrom({ base: theirs, etag: tag });
            step({ type: 'open', text: theirs.expression.value });
            setConflict(undefined);
          }}
          overwrite={(tag) => put(conflict, tag)}
        />
      )}
    </Stack>
  );
}

/** Writes, reads back what has come of it, and has everything about audiences read again. */
function useWriting() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (written: Written) => {
      await write(written);
      const { data, etag } = await call('GET /tributary/audiences/{id}', { path: { id: written.definition.id } });
      await queries.invalidateQueries();
      return { etag, message: data.state === 'draft' ? t.savedDraft(data.name) : t.published(data.name) };
    },
  });
}
