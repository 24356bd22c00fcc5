import '@mantine/core/styles.layer.css';
import '@mantine/notifications/styles.layer.css';
import '@mantine/spotlight/styles.layer.css';
import './theme/global.css';
import './parts/parts.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { nonce } from './nonce.ts';
import { router } from './routes.tsx';
import { cssVariables, theme } from './theme/theme.ts';

/** Where what locks scrolling under a dialog looks for the nonce of its style (`get-nonce`). */
Object.assign(globalThis, { __webpack_nonce__: nonce() });

const queries = new QueryClient({ defaultOptions: { queries: { refetchOnWindowFocus: true, staleTime: 2_000 } } });

createRoot(document.getElementById('root')!).render(
  <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" getStyleNonce={nonce}>
    <QueryClientProvider client={queries}>
      <Notifications />
      <RouterProvider router={router} />
    </QueryClientProvider>
  </MantineProvider>,
);
