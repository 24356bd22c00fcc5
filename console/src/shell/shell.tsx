import { AppShell, Container } from '@mantine/core';
import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useSyncExternalStore } from 'react';
import { session } from '#console/api/session.ts';
import { texts } from '#console/texts/index.ts';
import { Header } from './header.tsx';
import { usePaletteAsked } from './palette-opener.ts';
import { Rail } from './rail.tsx';
import { SignIn } from './sign-in.tsx';
import { Tour } from './tour.tsx';

const Palette = lazy(() => import('./palette.tsx').then(({ Palette: loaded }) => ({ default: loaded })));

/** What stands around every screen; without a session there is nothing but the way to one. */
export function Shell() {
  const signedIn = useSyncExternalStore(session.subscribe, session.current);
  const asked = usePaletteAsked();
  if (!signedIn) return <SignIn />;
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 768, collapsed: { mobile: true } }}
      padding="lg"
    >
      <a href="#content" className="skip">
        {texts.nav.skip}
      </a>
      <AppShell.Header className="header">
        <Header session={signedIn} />
      </AppShell.Header>
      <AppShell.Navbar className="rail" aria-label={texts.nav.label}>
        <Rail />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Container size={1440} p={0}>
          <Outlet />
        </Container>
      </AppShell.Main>
      <Tour />
      {asked > 0 && (
        <Suspense>
          <Palette asked={asked} />
        </Suspense>
      )}
    </AppShell>
  );
}
