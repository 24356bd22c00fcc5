import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { texts } from '#console/texts/index.ts';

export interface Crumb {
  readonly label: string;
  readonly to: string;
}

interface Props {
  readonly title: string;
  /** The pages above this one, from the top. */
  readonly crumbs?: readonly Crumb[];
  /** Stands beside the title: its state. */
  readonly state?: ReactNode;
  /** One sentence below the title. */
  readonly lead?: ReactNode;
  /** The primary action last. */
  readonly actions?: ReactNode;
}

/** What a page is about, where it is, and what can be done with it. */
export function PageHeader({ title, crumbs = [], state, lead, actions }: Props) {
  useEffect(() => {
    document.title = `${title} · ${texts.name}`;
  }, [title]);
  return (
    <Stack gap={4} mb="lg">
      {crumbs.length > 0 && (
        <nav aria-label={texts.nav.breadcrumb}>
          <Breadcrumbs separatorMargin={6}>
            {crumbs.map(({ label, to }) => (
              <Anchor key={to} component={Link} to={to} size="sm">
                {label}
              </Anchor>
            ))}
          </Breadcrumbs>
        </nav>
      )}
      <Group justify="space-between" align="flex-start" gap="md">
        <Group gap="sm" maw="100%">
          <Title order={1} className="breaking">
            {title}
          </Title>
          {state}
        </Group>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {lead && (
        <Text c="dimmed" maw={720}>
          {lead}
        </Text>
      )}
    </Stack>
  );
}
