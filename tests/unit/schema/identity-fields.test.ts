import { describe, expect, it } from 'vitest';
import { namespaceRegistry } from '#core/identity/namespaces.ts';
import { compileNormalForms } from '#core/identity/normal-form.ts';
import { PROFILE_CLASS, schemaDefinition } from '#core/schema/definition.ts';
import { compileIdentities } from '#core/schema/identities.ts';
import { compileIdentityFields } from '#core/schema/identity-fields.ts';

const descriptor = (property: string, namespace: string, isPrimary = false): object => ({
  '@type': 'xdm:descriptorIdentity',
  'xdm:sourceProperty': property,
  'xdm:namespace': namespace,
  'xdm:isPrimary': isPrimary,
});
const schema = schemaDefinition.parse({
  $id: 'https://a.example/people',
  'meta:class': PROFILE_CLASS,
  descriptors: [
    descriptor('/_a/id', 'CRMID', true),
    descriptor('/personalEmail/address', 'Email'),
    descriptor('/workEmail/address', 'Email'),
  ],
});
const normalForms = compileNormalForms(namespaceRegistry([{ code: 'CRMID', idType: 'CROSS_DEVICE' }]), undefined);
const { clearedIn, fieldsIn } = compileIdentityFields(schema, (part) => compileIdentities(part, normalForms));
const USUAL = '';

describe('the fields of identities', () => {
  it.each([
    ['the usual field of a namespace', { personalEmail: { address: null } }, [['Email', USUAL]]],
    ['what lies above it', { personalEmail: null }, [['Email', USUAL]]],
    ['another field of the same namespace', { workEmail: { address: null } }, [['Email', '/workEmail/address']]],
    ['a namespace of identityMap that has fields', { identityMap: { Email: null } }, [['Email', '/identityMap']]],
    ['one that has none', { identityMap: { ECID: null } }, [['ECID', USUAL]]],
    [
      'one that is named by its address',
      { identityMap: { 'https://data.adobe.io/entities/namespace/4': null } },
      [['ECID', USUAL]],
    ],
    ['not whom the update is about', { _a: { id: null }, identityMap: null }, []],
    ['not what is absent', { personalEmail: {}, workEmail: { address: 'a@x.example' } }, []],
  ])('are cleared by an update: %s', (_, update, expected) => {
    expect(clearedIn(update).map(({ namespace, field }) => [namespace, field])).toEqual(expected);
  });

  it.each<[string, object, object | undefined]>([
    ['nothing', { personalEmail: { address: 'a@x.example' } }, undefined],
    ['nothing of others in identityMap', { identityMap: { ECID: [{ id: '1' }] } }, undefined],
    ['another field', { workEmail: { address: 'b@x.example' } }, { 'Email:b@x.example': ['/workEmail/address'] }],
    [
      'the usual field and another',
      { personalEmail: { address: 'a@x.example' }, workEmail: { address: 'a@x.example' } },
      { 'Email:a@x.example': [USUAL, '/workEmail/address'] },
    ],
    [
      'identityMap beside a field',
      { personalEmail: { address: 'a@x.example' }, identityMap: { Email: [{ id: 'c@x.example' }] } },
      { 'Email:c@x.example': ['/identityMap'] },
    ],
  ])('are told of a record where they are not the usual ones: %s', (_, record, expected) => {
    expect(fieldsIn(record)).toEqual(expected);
  });
});
