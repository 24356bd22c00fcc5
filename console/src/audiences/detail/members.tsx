import { Anchor, Button, Skeleton, Stack, Table, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { EVERY, useRead } from '#console/api/use-read.ts';
import { Failed } from '#console/parts/failed.tsx';
import { ago, utc } from '#console/parts/time.ts';
import { texts } from '#console/texts/index.ts';
import type { AudienceDetail } from '../model.ts';
import { type Member, type MemberSample, shownValue } from './member-sample.ts';
import { WhyOne } from './why-one.tsx';

const t = texts.audiences.members;

/** Some of the members: what the rule reads of each, and why each is in. Values are masked by the API. */
export function Members({ audience }: { readonly audience: AudienceDetail }) {
  const isEvaluated = audience.state === 'active';
  const address = `/tributary/profiles?audience=${encodeURIComponent(audience.id)}&limit=20` as const;
  const read = useRead<MemberSample>(isEvaluated ? address : undefined, EVERY.count);
  const [asked, setAsked] = useState<Member>();
  if (!isEvaluated) return <Text>{t.draft}</Text>;
  if (read.error && !read.data) return <Failed error={read.error} retry={() => void read.refetch()} />;
  if (!read.data) return <Skeleton height={320} />;
  const { profiles, isComplete } = read.data.data;
  if (profiles.length === 0) return <Text>{t.none}</Text>;
  return (
    <Stack gap="md">
      <Text c="dimmed" role="status">
        {t.some(profiles.length, isComplete)}
      </Text>
      <Table.ScrollContainer minWidth={720}>
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              {[t.identity, t.since, t.fields].map((title) => (
                <Table.Th key={title} scope="col">
                  {title}
                </Table.Th>
              ))}
              <Table.Th scope="col" aria-label={t.why} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {profiles.map((member) => (
              <MemberRow key={member.reference} member={member} ask={() => setAsked(member)} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {asked && <WhyOne audience={audience} member={asked} close={() => setAsked(undefined)} />}
    </Stack>
  );
}

const MemberRow = ({ member, ask }: { readonly member: Member; readonly ask: () => void }) => (
  <Table.Tr>
    <Table.Td>
      <Anchor component={Link} to={`/profiles/${encodeURIComponent(member.reference)}/summary`}>
        {member.identity.namespace} {member.identity.value ?? t.masked}
      </Anchor>
    </Table.Td>
    <Table.Td>
      <span title={utc(member.since)}>{ago(member.since, Date.now())}</span>
    </Table.Td>
    <Table.Td>
      {member.fields.length === 0 && '–'}
      {member.fields.map((field) => (
        <Text key={field.path.join('.')} size="sm">
          {field.path.join('.')}: {shownValue(field)}
        </Text>
      ))}
    </Table.Td>
    <Table.Td>
      <Button size="xs" variant="default" onClick={ask}>
        {t.why}
      </Button>
    </Table.Td>
  </Table.Tr>
);
