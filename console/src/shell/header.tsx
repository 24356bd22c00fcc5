import { ActionIcon, Badge, Button, Group, Text, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { MoonIcon, PersonIcon, SearchIcon, SunIcon, SyncIcon } from '@primer/octicons-react';
import { type Session, session } from '#console/api/session.ts';
import { texts } from '#console/texts/index.ts';
import { useAutoRefresh } from './auto-refresh.ts';
import { openPalette } from './palette-opener.ts';

export function Header({ session: { name, stage } }: { readonly session: Session }) {
  const refresh = useAutoRefresh();
  return (
    <Group h="100%" px="lg" justify="space-between" wrap="nowrap">
      <Group gap="sm" wrap="nowrap">
        <Text fw={600} size="lg">
          {texts.name}
        </Text>
        <Badge>{texts.header.stage(stage)}</Badge>
      </Group>
      <Group gap="xs" wrap="nowrap">
        <Button variant="default" size="xs" leftSection={<SearchIcon size={14} />} onClick={openPalette}>
          {texts.header.search} (Ctrl K)
        </Button>
        <Button
          variant="default"
          size="xs"
          leftSection={<SyncIcon size={14} />}
          onClick={refresh.toggle}
          aria-pressed={refresh.isOn}
        >
          {refresh.isOn ? texts.header.refreshOn : texts.header.refreshOff}
        </Button>
        <Scheme />
        <Group gap={4} wrap="nowrap" c="dimmed" fz="sm">
          <PersonIcon size={14} />
          {name}
        </Group>
        <Button variant="default" size="xs" onClick={session.end}>
          {texts.header.signOut}
        </Button>
      </Group>
    </Group>
  );
}

function Scheme() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const Icon = scheme === 'dark' ? SunIcon : MoonIcon;
  return (
    <ActionIcon
      variant="default"
      size={30}
      aria-label={texts.header.scheme}
      onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
    >
      <Icon size={14} />
    </ActionIcon>
  );
}
