import { expect, it } from 'vitest';
import { createExchange } from '#core/activation/deliver/exchange.ts';
import { Authenticator } from '#core/activation/http/authenticator.ts';
import type { HttpRequest } from '#core/activation/http/client.ts';
import { Tokens } from '#core/activation/http/tokens.ts';
import { typeOf } from '#core/activation/registry.ts';
import { createMemoryVendorState } from '#lambdas/adapters/memory/vendor-state.ts';
import { NOW, ok } from './factories.ts';

it.each([
  [undefined, 20_000],
  [60_000, 20_000],
  [13_000, 11_000],
  [1_500, 1_000],
])('a request is waited for no longer than its function lives: %s ms left', async (left, expected) => {
  const made: HttpRequest[] = [];
  const http = async (request: HttpRequest) => {
    made.push(request);
    return ok();
  };
  const authenticator = new Authenticator(new Tokens(http, createMemoryVendorState(() => NOW).tokens, () => NOW));
  const destination = {
    id: 'd',
    type: 'http',
    segments: [],
    enabled: true,
    url: 'https://x.example.com',
    attributes: [],
  };
  const exchange = createExchange({ http }, authenticator);
  const request = { method: 'POST', url: 'https://x.example.com', headers: {}, body: '', timeoutMs: 20_000 } as const;
  await exchange(request, {
    destination: destination as never,
    type: typeOf(destination as never) as never,
    context: { credentials: {}, now: NOW, segmentName: () => undefined, audienceId: () => undefined },
    leftMs: left === undefined ? undefined : () => left,
  });
  expect(made.map(({ timeoutMs }) => timeoutMs)).toEqual([expected]);
});
