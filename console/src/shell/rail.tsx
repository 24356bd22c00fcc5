import { NavLink, Stack } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { SCREENS } from './screens.ts';

export function Rail() {
  const { pathname } = useLocation();
  return (
    <Stack gap={4} p="sm">
      {SCREENS.map(({ to, label, icon: Icon }) => (
        <NavLink
          key={to}
          component={Link}
          to={to}
          label={label}
          leftSection={<Icon size={16} />}
          active={to === '/' ? pathname === '/' : pathname.startsWith(to)}
          aria-current={(to === '/' ? pathname === '/' : pathname.startsWith(to)) ? 'page' : undefined}
        />
      ))}
    </Stack>
  );
}
