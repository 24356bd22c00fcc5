import { Drawer, Skeleton } from '@mantine/core';
import { useRead } from '#console/api/use-read.ts';
import { ExplainTree } from '#console/parts/explain/explain-tree.tsx';
import type { Explanation } from '#console/parts/explain/model.ts';
import { Failed } from '#console/parts/failed.tsx';
import { texts } from '#console/texts/index.ts';
import type { AudienceDetail } from '../model.ts';
import type { Member } from './member-sample.ts';

interface WhyOneProps {
  readonly audience: AudienceDetail;
  readonly member: Member;
  readonly close: () => void;
}

/** Why one of the members is in the audience. */
export function WhyOne({ audience, member, close }: WhyOneProps) {
  const [person, id] = [encodeURIComponent(member.reference), encodeURIComponent(audience.id)];
  const read = useRead<Explanation>(`/tributary/profiles/${person}/audiences/${id}/explanation`);
  return (
    <Drawer opened onClose={close} position="right" size="lg" title={texts.audiences.members.whyOf}>
      {read.error && <Failed error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Skeleton height={240} />}
      {read.data && <ExplainTree explanation={read.data.data} />}
    </Drawer>
  );
}
