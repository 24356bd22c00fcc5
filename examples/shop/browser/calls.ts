/** The calls of the SDK, as its own monitoring hooks report them. */

/** What the SDK sends and gets. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the protocol has
type Json = any;

export interface Call {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly path: string;
  readonly sent: Json;
  readonly status?: number;
  readonly ms?: number;
  readonly got?: Json;
  readonly error?: string;
}

/** They go on from page to page, as long as the tab is open. */
const STORED = 'shop.calls';
const MAX_CALLS = 12;
const listeners = new Set<() => void>();
let calls: Call[] = stored();

/** The newest first. */
export const allCalls = (): readonly Call[] => calls;
export const onCall = (listener: () => void): void => void listeners.add(listener);

/** Has to run before the SDK. */
export function listenToSdk(): void {
  const scope = window as unknown as { __alloyMonitors?: object[] };
  scope.__alloyMonitors ??= [];
  scope.__alloyMonitors.push({
    onBeforeNetworkRequest: ({ requestId, url, payload }: { requestId: string; url: string; payload: Json }) =>
      add({ id: requestId, at: Date.now(), path: pathOf(url), sent: payload }),
    onNetworkResponse: (answer: { requestId: string; statusCode: number; body: string; parsedBody?: Json }) => {
      const { requestId, statusCode, body, parsedBody } = answer;
      change(requestId, { status: statusCode, got: parsedBody ?? body });
    },
    onNetworkError: ({ requestId, error }: { requestId: string; error: Error }) =>
      change(requestId, { error: error.message }),
  });
}

function add(call: Call): void {
  keep([call, ...calls.filter(({ id }) => id !== call.id)].slice(0, MAX_CALLS));
}

function change(id: string, answer: Pick<Call, 'status' | 'got' | 'error'>): void {
  keep(calls.map((call) => (call.id === id ? { ...call, ...answer, ms: Date.now() - call.at } : call)));
}

function keep(next: Call[]): void {
  calls = next;
  try {
    sessionStorage.setItem(STORED, JSON.stringify(calls));
  } catch {
    // There is no room: then they are of this page only.
  }
  for (const listener of listeners) listener();
}

function stored(): Call[] {
  try {
    return JSON.parse(sessionStorage.getItem(STORED) ?? '[]') as Call[];
  } catch {
    return [];
  }
}

const pathOf = (url: string): string => new URL(url, location.href).pathname;
