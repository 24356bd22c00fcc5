import type { EagerFunction, Functions } from '../function.ts';
import { TEXT } from '../types.ts';

/** What stands before `://`, of whom, where, which port, and which path: RFC 3986, appendix B, of what has a host. */
const URL_PARTS = /^([a-z][a-z\d+.-]*):\/\/(?:[^/?#@]*@)?(\[[^\]/?#]*\]|[^:/?#@]*)(?::(\d*))?([^?#]*)/i;

const PORTS: Readonly<Record<string, string>> = { http: '80', https: '443', ftp: '21', sftp: '22', ssh: '22' };

/** A part of a URL; null of what is none. */
const part = (of: (parts: readonly (string | undefined)[]) => string | undefined): EagerFunction => ({
  parameters: [{ name: 'url', takes: 'text' }],
  result: TEXT,
  make: ({ budget }) => {
    return ([url]) => {
      const text = (url as string).trim();
      budget.spend(text.length);
      const parts = URL_PARTS.exec(text);
      return (parts && of(parts)) || null;
    };
  },
});

export const URL_FUNCTIONS: Functions = {
  get_url_protocol: part(([, protocol]) => protocol?.toLowerCase()),
  get_url_host: part(([, , host]) => host?.toLowerCase()),
  get_url_port: part(([, protocol, , port]) => port || PORTS[protocol!.toLowerCase()]),
  get_url_path: part(([, , , , path]) => path),
};
