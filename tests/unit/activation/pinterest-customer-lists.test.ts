import { describe, expect, it } from 'vitest';
import { changeAnswer } from '#core/activation/destinations/pinterest-customer-lists/answers.ts';
import { pinterestCustomerLists } from '#core/activation/destinations/pinterest-customer-lists/definition.ts';
import { customerLists } from '#core/activation/destinations/pinterest-customer-lists/lists.ts';
import type { AnyRequestType } from '#tests/contract/destinations/conformance-world.ts';
import { entered, exited, NOW, ok, status } from './factories.ts';
import { ADA, BJORN, destinationOf, requestsAbout } from './vendor-requests.ts';

const type = pinterestCustomerLists as unknown as AnyRequestType;
const written = { adAccount: '549755885175', audiences: { A1: '643165000001' } };

describe('requests to Pinterest', () => {
  it('have the worked examples of an entry and an exit, byte for byte', () => {
    const requests = requestsAbout(type, written, [
      [ADA, entered('A1')],
      [BJORN, exited('A1')],
    ]);
    expect(requests.map(({ method, url, body }) => [method, url, body])).toEqual(
      [
        '{"operation_type":"ADD","records":"70eacade7142e15d64a36ac9fe80e227ee5c26860dfad4baa70664d5f7a6c1e8"}',
        '{"operation_type":"REMOVE","records":"2ccb6d541bd1ee2b5ea2a5063d273c67f5252832c1accd4d917628675a35cf7e"}',
      ].map((body) => [
        'PATCH',
        'https://api.pinterest.com/v5/ad_accounts/549755885175/customer_lists/643165000001',
        body,
      ]),
    );
  });

  it('make a list with somebody who is nobody, under a name by which it is found again', () => {
    const destination = destinationOf(type, { ...written, audiences: {} }) as never;
    const context = { credentials: {}, now: NOW, segmentName: () => 'Carts', audienceId: () => undefined };
    const { body } = customerLists.create({ segmentId: 'A1', kind: '' }, destination, context);
    const { name, records } = JSON.parse(body) as Record<string, string>;
    expect(records).toMatch(/^[0-9a-f]{64}$/);
    const listed = ok(
      JSON.stringify({
        items: [
          { id: '1', name: `${name} copy` },
          { id: '2', name },
        ],
      }),
    );
    expect(customerLists.found!(listed, { segmentId: 'A1', kind: '' }, destination)).toEqual({ id: '2' });
    expect(customerLists.found!(listed, { segmentId: 'A2', kind: '' }, destination)).toEqual({});
  });

  it('are read with the vendor’s words, and count what nobody can be blamed for', () => {
    const said = { ...status(400), body: '{"code":1,"message":"Invalid records."}' };
    expect(changeAnswer(said)).toMatchObject({ result: { errorClass: 'drop', detail: 'Invalid records.' } });
    const some = ok(JSON.stringify({ id: '1', exceptions: { a: 1, b: 2 } }));
    expect(changeAnswer(some)).toEqual({
      kind: 'all',
      result: { delivered: true },
      reported: [{ reason: 'exceptions', count: 2 }],
    });
  });
});
