/**
 * Who is signed in. The token lives as long as the tab: kept where a reload finds it, and nowhere another tab or the next
 * person at the machine would.
 */
const KEPT_AS = 'tributary-session';

export interface Session {
  readonly token: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly stage: string;
}

let current: Session | undefined = readKept();
const listeners = new Set<() => void>();

export const session = {
  current: (): Session | undefined => current,
  headers: (): Record<string, string> => (current ? { authorization: `Bearer ${current.token}` } : {}),
  begin(started: Session): void {
    current = started;
    sessionStorage.setItem(KEPT_AS, JSON.stringify(started));
    tell();
  },
  end(): void {
    current = undefined;
    sessionStorage.removeItem(KEPT_AS);
    tell();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

const tell = (): void => {
  for (const listener of listeners) listener();
};

function readKept(): Session | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT_AS) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}
