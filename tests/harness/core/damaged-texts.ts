import fc from 'fast-check';

const space = fc.constantFrom('', '', ' ', '\n', '\r\n', '\n  ', '\t');
const value = fc.oneof(
  fc.constantFrom('{"a":1}', '{\n "a": "ü",\n "b": {"c": [1, 2]}\n}', '{}', '{"s":"[{,}]\\"\\\\"}', '{ "a":\n"🎿" }'),
  fc.json({ maxDepth: 2 }),
);

const array = fc
  .tuple(fc.array(fc.tuple(space, value, space), { maxLength: 12 }), space, space, space)
  .map(
    ([values, before, inside, after]) =>
      `${before}[${values.map(([lead, one, tail]) => lead + one + tail).join(',')}${inside}]${after}`,
  );
const sequence = fc
  .array(fc.tuple(space, fc.constantFrom('{\n"a":1}', '{"a":\n{"b":"}"}\n}', '{"a":[\n{}]}'), space), { minLength: 1 })
  .map((values) => values.map(([lead, one, tail]) => lead + one + tail).join(''));

/** Arrays, and objects over several lines, with all sorts of space around. */
export const jsonText = fc
  .tuple(fc.boolean(), fc.oneof({ weight: 3, arbitrary: array }, { weight: 1, arbitrary: sequence }))
  .map(([bom, text]) => (bom ? `\ufeff${text}` : text));

/** What goes wrong with texts, at any place: something is put in, something is missing, they end too early. */
const damage = fc.tuple(
  fc.constantFrom('insert', 'remove', 'cut'),
  fc.nat(),
  fc.constantFrom(',', ',,', '[', ']', '{', '}', '"', '\\', ' x ', '\n', '{"b":2}', ']\n[', '\xff'),
);

/** The text as bytes: as it is, or damaged. */
export const damaged = (text: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc.tuple(text, fc.array(damage, { maxLength: 3 })).map(([whole, damages]) => {
    let bytes = Buffer.from(whole);
    for (const [kind, place, what] of damages) {
      const at = place % (bytes.length + 1);
      const before = bytes.subarray(0, at);
      if (kind === 'cut') bytes = before;
      else if (kind === 'remove') bytes = Buffer.concat([before, bytes.subarray(at + 1)]);
      else bytes = Buffer.concat([before, Buffer.from(what, 'latin1'), bytes.subarray(at)]);
    }
    return bytes;
  });

const lineEnd = fc.constantFrom('\n', '\r\n', '\n\n');
export const ndjsonText = fc
  .array(fc.tuple(fc.constantFrom('{"a":1}', '{"a":"ü"}', '{"a":', '[1,"]"]'), lineEnd), { minLength: 1 })
  .map((lines) => lines.flat().join(''));

const field = fc.constantFrom('1', '', '"a,b"', '"two\nlines"', '"say ""hi"""', 'ü', '5" pipe');
export const csvText = fc
  .array(fc.tuple(fc.array(field, { minLength: 2, maxLength: 3 }), lineEnd), { minLength: 1 })
  .map((rows) => `id,a\n${rows.map(([fields, end]) => `x${fields.join(',')}${end}`).join('')}`);
