import type { ProfileDestination } from '#core/activation/registry.ts';
import type { S3FileDestination } from '#core/activation/types/s3-file.ts';
import { type FieldTree, lookUp } from '#core/schema/field-tree.ts';
import { didYouMean } from '#core/util/did-you-mean.ts';
import type { Findings, Loaded } from '../loaded.ts';
import type { Path } from '../source-file.ts';
import { expectNamespace } from './namespaces.ts';

/** What a file may have for a column besides attributes. */
const COLUMNS_OF_FILES = new Set(['segmentMembership.status', 'identityMap']);

/** Destinations that are told about people: their identities and attributes exist and may be sent. */
export function checkProfileDestination(
  loaded: Loaded<unknown>,
  destination: ProfileDestination,
  namespaces: ReadonlySet<string>,
  union: FieldTree | undefined,
  findings: Findings,
): void {
  const expectIdentity = (code: string, path: Path): void => {
    expectNamespace(code, namespaces, loaded, path, findings);
    // aep.md §6.4
    if (code !== 'Phone') return;
    const hint = 'use Phone_E.164, or Phone_SHA256_E.164 for its hash, and map numbers to E.164 in the dataset';
    findings.at(loaded, path, 'identities of namespace "Phone" may be written in any way and can\'t be activated', {
      hint,
    });
  };
  const expectAttribute = (attribute: string, path: Path): void => {
    const found = lookUp(union ?? 'open', attribute.split('.'));
    if (found.known) return;
    const hint = didYouMean(found.missing.split('.').at(-1)!, found.names);
    findings.at(loaded, path, `"${attribute}" is not an attribute of profiles`, { hint });
  };

  for (const [i, attribute] of destination.attributes.entries()) {
    if (destination.type === 's3-file' && COLUMNS_OF_FILES.has(attribute)) continue;
    expectAttribute(attribute, ['attributes', i]);
  }
  for (const [i, attribute] of destination.mandatoryAttributes?.entries() ?? []) {
    expectAttribute(attribute, ['mandatoryAttributes', i]);
  }
  switch (destination.type) {
    case 'http':
      for (const [i, code] of destination.identities?.entries() ?? []) expectIdentity(code, ['identities', i]);
      return;
    case 's3-file':
      checkFiles(loaded, destination, { expectIdentity, expectAttribute }, findings);
  }
}

interface Expect {
  expectIdentity(code: string, path: Path): void;
  expectAttribute(path: string, place: Path): void;
}

function checkFiles(loaded: Loaded<unknown>, destination: S3FileDestination, expect: Expect, findings: Findings): void {
  const { identity, deduplicationKey: key, attributes, segments, startDate, endDate, fileName } = destination;
  if (identity !== undefined) expect.expectIdentity(identity, ['identity']);
  checkDeduplication(loaded, destination, expect, findings);
  if (identity === undefined && key === undefined && attributes.every((path) => path === 'segmentMembership.status')) {
    findings.at(loaded, [], 'rows would name nobody: give "identity", or map attributes');
  }
  if (startDate !== undefined && endDate !== undefined && endDate <= startDate) {
    findings.at(loaded, ['endDate'], 'nothing would be exported: "endDate" is the day after the last export', {
      hint: 'give a day after "startDate"',
    });
  }
  if (fileName !== undefined && segments.length > 1 && !fileName.includes('{segment}')) {
    findings.at(loaded, ['fileName'], 'the files of several segments would have the same name', {
      hint: 'write {segment} into it',
    });
  }
}

function checkDeduplication(
  loaded: Loaded<unknown>,
  { identity, deduplicationKey: key }: S3FileDestination,
  expect: Expect,
  findings: Findings,
): void {
  if (key && 'identity' in key) {
    const path = ['deduplicationKey', 'identity'];
    expect.expectIdentity(key.identity, path);
    if (identity !== undefined && identity !== key.identity) {
      findings.at(loaded, path, `rows have the identity "${identity}" and can't be made one by "${key.identity}"`, {
        hint: 'give one of the two',
      });
    }
  }
  if (key && 'attributes' in key) {
    for (const [i, path] of key.attributes.entries()) {
      expect.expectAttribute(path, ['deduplicationKey', 'attributes', i]);
    }
  }
}
