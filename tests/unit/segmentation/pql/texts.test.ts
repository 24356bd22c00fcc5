import { describe, expect, it } from 'vitest';
import { isMember, profile } from '../factories.ts';
import { checks } from './person.ts';

describe('texts', () => {
  checks([
    ['city like "%Ang%"', true],
    ['city like "Los _ngeles"', true],
    ['city like "los%"', false],
    ['city like "%"', true],
    ['city like "%es%es%"', false],
    ['name.startsWith("Joe")', true],
    ['name.startsWith("joe")', false],
    ['name.startsWith("joe", false)', true],
    ['name.doesNotStartWith("Ann")', true],
    ['missing.doesNotStartWith("Ann")', false],
    ['email.endsWith(".com") and email.doesNotEndWith(".de")', true],
    ['email.contains("@EXAMPLE", false) and email.doesNotContain("@EXAMPLE")', true],
    ['name.equals("JOE DOE", false) and name.notEqualTo("JOE DOE")', true],
    ['name.notEqualTo("joe doe", false)', false],
    ['age.equals(41) and age.notEqualTo(42)', true],
    ['missing.notEqualTo("x")', false],
    ['name.matches("(?i)^joe")', true],
    ['name.matches("^Doe")', false],
    ['email.regexGroup("@(\\w+)", 1) = "example"', true],
    ['email.regexGroup("@(\\w+)", 2).isNull()', true],
    ['email.regexGroup("@(\\w+)") = "@example"', true],
    ['name + " of " + city = "Joe Doe of Los Angeles"', true],
  ]);

  it('matches in linear time what would keep a backtracking engine busy for ever', () => {
    const hostile = profile([], { name: `${'a'.repeat(5000)}!` });
    expect(isMember('name.matches("^(a+)+$")', hostile)).toBe(false);
    expect(isMember(`name like "${'%a_'.repeat(330)}%b"`, hostile)).toBe(false);
    expect(isMember(`name like "${'%a'.repeat(490)}%b"`, hostile)).toBe(false);
  });
});

describe('texts by function and by method', () => {
  checks([
    ['like(city, "Los%") and city.like("%les")', true],
    ['"%" like "\\\\%"', false],
    ['startsWith(name, "joe", false) and not startsWith(name, "joe", true)', true],
    ['contains(email, "@") and doesNotContain(email, "#")', true],
    ['missing.contains("x") or missing.startsWith("x") or missing like "%" or missing.matches(".")', false],
    [
      'missing.equals("x") or missing.notEqualTo("x") or missing.doesNotContain("x") or missing.doesNotEndWith("x")',
      false,
    ],
    ['matches(name, "Doe$") and name.matches("(?i)JOE")', true],
    ['regexGroup(email, "(\\\\w+)@(\\\\w+)", 2) = "example" and email.regexGroup("^(x)", 1).isNull()', true],
    ['age + "" = "41" and ("a" + missing).isNull()', true],
    ['"ÄÖ".equals("äö", false)', true],
  ]);
});
