import { Alert, Button, Grid, Group, SegmentedControl, Skeleton, Stack, Text, Title } from '@mantine/core';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { useRead } from '#console/api/use-read.ts';
import { texts } from '#console/texts/index.ts';
import { asSentence } from '../words.ts';
import { GroupView } from './blocks/node-view.tsx';
import { EditorProvider, fieldIndex } from './context.ts';
import { FieldsPanel } from './fields-panel.tsx';
import { Mistakes, NowPanel } from './now-panel.tsx';
import type { RuleSession, Step } from './session.ts';
import { blockOf, type Edit, type Leaf } from './tree.ts';
import { type Checked, useCheck } from './use-check.ts';

const PqlEditor = lazy(() => import('./pql-editor.tsx'));
const t = texts.rules;
const NONE: never[] = [];

interface RuleEditorProps {
  readonly session: RuleSession;
  readonly step: (step: Step) => void;
  readonly isReadOnly: boolean;
  readonly mergePolicyId?: string | undefined;
  readonly methodBefore?: string | undefined;
  /** The audience itself, which no rule of its own may name. */
  readonly ownId?: string | undefined;
}

/** A rule in words, in blocks and as PQL, beside the fields there are and what it selects now. */
export function RuleEditor({ session, step, isReadOnly, mergePolicyId, methodBefore, ownId }: RuleEditorProps) {
  const [form, setForm] = useState<keyof typeof t.forms>('blocks');
  const { text, tree, mistake } = session;
  const fields = useRead('GET /tributary/audiences/rules/fields', {}).data?.data.fields ?? NONE;
  const audiences = useRead('GET /tributary/audiences', {}).data?.data.audiences ?? NONE;
  const checked = useCheck(mistake || isReadOnly ? undefined : text, mergePolicyId);
  const edit = useCallback((one: Edit) => step({ type: 'edit', edit: one }), [step]);
  const context = useMemo(
    () => ({
      ...fieldIndex(fields),
      edit,
      isReadOnly,
      audiences: audiences.filter(({ id }) => id !== ownId).map(({ id, name }) => ({ value: id, label: name })),
    }),
    [fields, audiences, edit, isReadOnly, ownId],
  );
  const rootId = tree.id;
  const addToRoot = useCallback((block: Leaf) => edit({ do: 'add', to: rootId, block }), [edit, rootId]);
  useUndoKeys(step);
  const block = blockOf(tree);
  return (
    <EditorProvider value={context}>
      <Grid gap="md">
        {!isReadOnly && (
          <Grid.Col span={{ base: 12, lg: 3 }} order={{ base: 3, lg: 1 }}>
            <FieldsPanel fields={fields} add={addToRoot} />
          </Grid.Col>
        )}
        <Grid.Col span={{ base: 12, md: isReadOnly ? 12 : 8, lg: isReadOnly ? 12 : 6 }} order={{ base: 1, lg: 2 }}>
          <Stack gap="md">
            <section className="tile" aria-label={t.title}>
              <Group justify="space-between">
                <Title order={2}>{t.title}</Title>
                <Group gap="xs">
                  {!isReadOnly && <UndoButtons session={session} step={step} />}
                  <SegmentedControl
                    size="xs"
                    aria-label={t.title}
                    data={Object.entries(t.forms).map(([value, label]) => ({ value, label }))}
                    value={form}
                    onChange={(to) => setForm(to as keyof typeof t.forms)}
                  />
                </Group>
              </Group>
              <Text mt="xs" className="words" data-testid="words">
                {block ? asSentence(block) : t.nothing}
              </Text>
              {session.hasDropped && (
                <Alert color="yellow" variant="outline" mt="xs" role="status">
                  {t.dropped}
                </Alert>
              )}
              {mistake && form === 'blocks' && (
                <Stack gap="xs" mt="xs">
                  <Text size="sm" c="dimmed">
                    {t.keptBlocks}
                  </Text>
                  <Mistakes title={t.now.mistakes} color="red" mistakes={asMistakes(mistake)} />
                </Stack>
              )}
              <div style={{ marginTop: 12 }}>
                {form === 'blocks' ? (
                  <GroupView group={tree} depth={0} />
                ) : (
                  <TextForm session={session} step={step} checked={checked} isReadOnly={isReadOnly} />
                )}
              </div>
            </section>
          </Stack>
        </Grid.Col>
        {!isReadOnly && (
          <Grid.Col span={{ base: 12, md: 4, lg: 3 }} order={{ base: 2, lg: 3 }}>
            <NowPanel checked={checked} isEmpty={block === undefined} methodBefore={methodBefore} />
          </Grid.Col>
        )}
      </Grid>
    </EditorProvider>
  );
}

type TextFormProps = Pick<RuleEditorProps, 'session' | 'step' | 'isReadOnly'> & { readonly checked: Checked };

/** What cannot be read is underlined at once; what does not fit the schemas, as soon as the stage has said so. */
function TextForm({ session: { text, mistake }, step, checked, isReadOnly }: TextFormProps) {
  const mistakes = useMemo(
    () => (mistake ? asMistakes(mistake) : (checked.current?.problems ?? NONE)),
    [mistake, checked.current],
  );
  const write = useCallback((written: string) => step({ type: 'write', text: written }), [step]);
  return (
    <Suspense fallback={<Skeleton height={160} />}>
      <PqlEditor
        text={text}
        write={write}
        mistakes={mistakes}
        doubts={checked.current?.doubts ?? NONE}
        isReadOnly={isReadOnly}
      />
      {mistake && <Mistakes title={t.now.mistakes} color="red" mistakes={mistakes} />}
    </Suspense>
  );
}

const asMistakes = ({ message, line, column, hint, expected }: NonNullable<RuleSession['mistake']>) => [
  { message, line, column, ...(hint !== undefined && { hint }), ...(expected !== undefined && { expected }) },
];

const UndoButtons = ({ session, step }: Pick<RuleEditorProps, 'session' | 'step'>) => (
  <Group gap={4}>
    <Button size="xs" variant="default" disabled={session.past.length === 0} onClick={() => step({ type: 'undo' })}>
      {t.undo}
    </Button>
    <Button size="xs" variant="default" disabled={session.future.length === 0} onClick={() => step({ type: 'redo' })}>
      {t.redo}
    </Button>
  </Group>
);

/** Ctrl+Z and Ctrl+Shift+Z, except in fields, which have their own. */
function useUndoKeys(step: (step: Step) => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const isField =
        event.target instanceof Element &&
        event.target.closest('input:not([type=checkbox]), textarea, .cm-editor') !== null;
      if (isField || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
      event.preventDefault();
      step({ type: event.shiftKey ? 'redo' : 'undo' });
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [step]);
}
