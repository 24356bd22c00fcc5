import { z } from 'zod';
import type { SinkAnswer } from '../sink-answers.ts';
import { type AccountSettings, accountSettings, hasFakeVendor, misbehaviour, type VendorAccount } from './account.ts';
import { callCustomer } from './call-customer.ts';
import { SftpAccount } from './sftp-account.ts';
import type { Vendors } from './vendors.ts';

const opening = z.strictObject({ type: z.string().refine(hasFakeVendor, 'there is no fake vendor of this type') });
const configuration = accountSettings.extend({ origin: z.url() });

const incomingText = z.strictObject({ from: z.string().regex(/^\+[1-9]\d{6,14}$/), body: z.string().max(1_600) });

const USAGE =
  'there are GET /vendors, POST /vendors/reset, and for each destination GET /vendors/<id>/held, ' +
  'POST and DELETE /vendors/<id>/misbehaviour, POST /vendors/<id>/expire-tokens, ' +
  'GET /vendors/<id>/texts and POST /vendors/<id>/incoming of vendors of texts, GET /vendors/<id>/files of receivers of files';

/**
 * Asking and telling the vendors: paths below `/vendors` on the port of the sink.
 * @param body as JSON
 */
export async function controlVendors(
  vendors: Vendors,
  method: string,
  pathname: string,
  body: unknown,
): Promise<SinkAnswer> {
  // Those that listen and that no catalog leads to are nobody's.
  const opened = vendors.ids.filter((each) => vendors.account(each));
  const [, , id, what] = pathname.split('/').map(decodeURIComponent);
  if (id === undefined || id === '') {
    return method === 'GET'
      ? { status: 200, body: { vendors: await Promise.all(opened.map((each) => summary(each, vendors))) } }
      : unknown();
  }
  if (`${method} ${id}` === 'POST reset' && what === undefined) {
    await vendors.reset();
    return { status: 200, body: {} };
  }
  return ofVendor(vendors, id, `${method} ${what ?? ''}`, body);
}

async function ofVendor(vendors: Vendors, id: string, asked: string, body: unknown): Promise<SinkAnswer> {
  if (asked === 'POST ') return read(opening, body, async ({ type }) => vendors.open(id, type));
  if (asked === 'PUT ') {
    return read(configuration, body, async ({ origin, ...settings }) => ({
      secret: await vendors.configure(id, origin, settings),
    }));
  }
  const account = vendors.account(id);
  if (!account) {
    return {
      status: 404,
      body: { error: `there is no vendor "${id}"; there are: ${vendors.ids.join(', ') || 'none'}` },
    };
  }
  switch (asked) {
    case 'GET held':
      return { status: 200, body: await account.held() };
    case 'GET files':
      return account instanceof SftpAccount ? { status: 200, body: account.files() } : unknown();
    default:
      return account instanceof SftpAccount ? unknown() : ofAccount(account, vendors.callback(id), asked, body);
  }
}

async function ofAccount(
  account: VendorAccount,
  callback: AccountSettings['callback'],
  asked: string,
  body: unknown,
): Promise<SinkAnswer> {
  switch (asked) {
    case 'GET texts': {
      const texts = account.texts();
      return texts ? { status: 200, body: { texts } } : unknown();
    }
    case 'POST incoming':
      return read(incomingText, body, async (text) => {
        const call = account.incoming(text);
        return { called: call && callback ? await callCustomer(call, callback) : null };
      });
    case 'POST misbehaviour':
      return read(misbehaviour, body, async (order) => {
        account.misbehave(order);
        return order;
      });
    case 'DELETE misbehaviour':
      account.behave();
      return { status: 200, body: {} };
    case 'POST expire-tokens':
      account.expireTokens();
      return { status: 200, body: {} };
    default:
      return unknown();
  }
}

const unknown = (): SinkAnswer => ({ status: 404, body: { error: USAGE } });

async function read<T>(shape: z.ZodType<T>, body: unknown, then: (value: T) => Promise<object>): Promise<SinkAnswer> {
  const value = shape.safeParse(body);
  return value.success
    ? { status: 200, body: await then(value.data) }
    : { status: 400, body: { error: z.prettifyError(value.error) } };
}

/** A vendor, and how many identifiers each of its audiences has. */
async function summary(id: string, vendors: Vendors): Promise<object> {
  const account = vendors.account(id);
  const held = Object.entries((await account?.held()) ?? {}).map(([audience, own]) => [audience, own.length]);
  return { id, type: account?.type ?? null, held: Object.fromEntries(held) };
}
