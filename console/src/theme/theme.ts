import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
} from '@mantine/core';
import { texts } from '#console/texts/index.ts';

/**
 * The colours of every state in both schemes. Contrast with their backgrounds is at least 4.5 for text and 3 for controls
 * (WCAG 2.2, 1.4.3 and 1.4.11), which Mantine's own do not reach.
 */
export const COLOURS = {
  light: {
    text: '#1b1f24',
    muted: '#57606a',
    primary: '#0b57d0',
    body: '#ffffff',
    surface: '#f6f8fa',
    divider: '#d0d7de',
    border: '#818b98',
    ok: '#1a6b3c',
    okTint: '#e3f4ea',
    warning: '#8a4b00',
    warningTint: '#fdf0dc',
    error: '#b3261e',
    errorTint: '#fce8e6',
    neutral: '#57606a',
    neutralTint: '#eceff2',
  },
  dark: {
    text: '#e6e9ed',
    muted: '#a3adb8',
    primary: '#8ab4f8',
    body: '#15181c',
    surface: '#1d2126',
    divider: '#3a414a',
    border: '#6f7a86',
    ok: '#6fd39a',
    okTint: '#163324',
    warning: '#f0b354',
    warningTint: '#3a2a10',
    error: '#ff9b90',
    errorTint: '#3f1f1c',
    neutral: '#a3adb8',
    neutralTint: '#2c323a',
  },
} as const;

/** Ten shades as Mantine wants them: lighter and darker than the two that are used, 8 in light and 4 in dark schemes. */
const shades = (inDark: string, inLight: string): MantineColorsTuple => [
  '#eef4ff',
  '#dbe7fd',
  '#c2d7fb',
  '#a6c6fa',
  inDark,
  '#5f97f2',
  '#3c7fe8',
  '#2269dc',
  inLight,
  '#0848ad',
];

const CLOSE = { 'aria-label': texts.dialog.close };

export const theme = createTheme({
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  colors: { blue: shades(COLOURS.dark.primary, COLOURS.light.primary) },
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 4 },
  autoContrast: true,
  // Of what is filled Mantine works out one colour of text for both schemes.
  variantColorResolver: (input) => ({
    ...defaultVariantColorsResolver(input),
    ...(input.variant === 'filled' && { color: `light-dark(#ffffff, ${COLOURS.dark.body})` }),
  }),
  respectReducedMotion: true,
  defaultRadius: 6,
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  headings: { sizes: { h1: { fontSize: '28px', lineHeight: '36px' }, h2: { fontSize: '20px', lineHeight: '28px' } } },
  components: {
    Badge: { defaultProps: { tt: 'none', variant: 'light', radius: 'sm' } },
    Modal: { defaultProps: { closeButtonProps: CLOSE } },
    Drawer: { defaultProps: { closeButtonProps: CLOSE } },
  },
});

/** Mantine's variables by the colours above, and one for each of them: `--ok`, `--ok-tint`, … */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: variablesOf('light'),
  dark: variablesOf('dark'),
});

function variablesOf(scheme: keyof typeof COLOURS): Record<string, string> {
  const colours = COLOURS[scheme];
  const own = Object.entries(colours).map(([name, value]) => [
    `--${name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`,
    value,
  ]);
  return {
    ...Object.fromEntries(own),
    '--mantine-color-text': colours.text,
    '--mantine-color-body': colours.body,
    '--mantine-color-dimmed': colours.muted,
    '--mantine-color-placeholder': colours.muted,
    '--mantine-color-error': colours.error,
    '--mantine-color-anchor': colours.primary,
    '--mantine-color-default-border': colours.border,
  };
}
