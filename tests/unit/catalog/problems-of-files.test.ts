import { describe, expect, it } from 'vitest';
import { type Case, HERE, marks, placesOf, problemsOf } from './marked.ts';

const destination = (text: string): Record<string, string> => ({ 'destinations/hook.yaml': text });

const CASES: readonly Case[] = [
  // Files
  { name: 'broken YAML', files: { 'segments/x.yaml': `id: x\nname: [a, b\n${HERE}` }, says: [/not valid YAML/] },
  { name: 'an empty file', files: { 'segments/x.yaml': `${HERE}# nothing\n` }, says: [/empty/] },
  {
    name: 'a key that is written twice',
    files: destination(`id: hook\ntype: http\n${HERE}id: hook2\nurl: https://a.example\nsegments: [gold]\n`),
    says: [/"id" is written twice/],
  },
  {
    name: 'two definitions in one file',
    files: { 'merge-policies/default.yaml': `id: default\ndefault: true\n${HERE}---\nid: b\n` },
    says: [/second document/],
  },
  {
    name: 'a prototype as a key',
    files: { 'namespaces/x.yaml': `code: X\nidType: DEVICE\n${HERE}__proto__: { a: 1 }\n` },
    says: [/"__proto__" is not allowed/],
  },
  {
    name: 'an alias of nothing',
    files: { 'namespaces/x.yaml': `code: X\nidType: DEVICE\nname: ${HERE}*nothing\n` },
    says: [/&nothing/],
  },
  {
    name: 'a tag of another language',
    files: { 'namespaces/x.yaml': `code: X\nidType: DEVICE\nname: !!binary ${HERE}YQ==\n` },
    says: [/tag/],
  },
  { name: 'an unknown folder', files: { 'segment/x.yaml': `${HERE}id: x\n` }, says: [/unknown folder "segment"/] },
  { name: 'a file in no folder', files: { 'x.yaml': `${HERE}id: x\n` }, says: [/in no folder/] },
  { name: 'a file of another kind', files: { 'segments/x.txt': `${HERE}id: x\n` }, says: [/unknown kind of file/] },
  // Shapes
  {
    name: 'an unknown key',
    files: {
      'datasets/visits.yaml': `id: visits\n${HERE}schemaref: { id: https://example.com/visits }\nschemaRef: { id: https://example.com/visits }\n`,
    },
    says: [/unknown key "schemaref"/],
  },
  {
    name: 'an unknown key deep inside',
    files: { 'datasets/visits.yaml': `id: visits\nschemaRef:\n  id: https://example.com/visits\n  ${HERE}kind: x\n` },
    says: [/unknown key "kind"/],
  },
  {
    name: 'a key that is missing',
    files: { 'segments/x.yaml': `${HERE}id: x\nname: X\n` },
    says: [/"expression" is missing/],
  },
  {
    name: 'a value of another type',
    files: { 'merge-policies/default.yaml': `id: default\ndefault: ${HERE}yes\n` },
    says: [/"default" is text/],
  },
  {
    name: 'a value that is not on offer',
    files: { 'namespaces/x.yaml': `code: X\nidType: ${HERE}CROSSDEVICE\n` },
    says: [/"idType" is "CROSSDEVICE"/],
  },
  {
    name: 'an id with letters it may not have',
    files: { 'merge-policies/default.yaml': `id: ${HERE}my default\ndefault: true\n` },
    says: [/"id" is not right/],
  },
  {
    name: 'an unknown type of destination',
    files: destination(`id: hook\ntype: ${HERE}htp\nsegments: [gold]\n`),
    says: [/"type" is "htp"/],
  },
  {
    name: 'a URL of another scheme',
    files: destination(`id: hook\ntype: http\nurl: ${HERE}ftp://a.example/\nsegments: [gold]\n`),
    says: [/"url" is not right/],
  },
  {
    name: 'segments that are none',
    files: destination(`id: hook\ntype: http\nurl: https://a.example/\nsegments: ${HERE}gold\n`),
    says: [/"segments" is text/],
  },
  {
    name: 'a precedence without an order',
    files: {
      'merge-policies/default.yaml': `id: default\ndefault: true\nattributeMerge: ${HERE}{ type: dataSetPrecedence }\n`,
    },
    says: [/"attributeMerge.order" is missing/],
  },
];

describe('the catalog loader, file by file', () => {
  it.each(CASES)('points at $name', ({ files, says }) => {
    const problems = problemsOf(files);
    expect(placesOf(problems), problems.map(({ message }) => message).join('\n')).toEqual(marks(files).sort());
    for (const [i, pattern] of says.entries()) expect(problems[i]?.message).toMatch(pattern);
  });
});
