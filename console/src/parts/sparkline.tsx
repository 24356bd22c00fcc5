interface Props {
  readonly values: readonly number[];
  /** What a reader hears in place of the line. */
  readonly summary: string;
  readonly width?: number;
  readonly height?: number;
}

/** How a number has moved, as a line from zero. */
export function Sparkline({ values, summary, width = 120, height = 28 }: Props) {
  const highest = Math.max(1, ...values);
  const step = values.length > 1 ? width / (values.length - 1) : width;
  const points = values.map(
    (value, i) => `${(i * step).toFixed(1)},${(height - 1 - (value / highest) * (height - 2)).toFixed(1)}`,
  );
  return (
    <svg
      className="sparkline"
      role="img"
      aria-label={summary}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
    >
      {points.length > 1 && <polyline points={points.join(' ')} />}
    </svg>
  );
}
