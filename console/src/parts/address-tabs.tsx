import { Link, useLocation } from '@tanstack/react-router';

interface Props {
  /** Of what they are the parts. */
  readonly label: string;
  readonly tabs: readonly { readonly to: string; readonly label: string }[];
}

/** Parts of a page with an address each: a reload, the way back and a link find the same one. */
export function AddressTabs({ label, tabs }: Props) {
  const { pathname } = useLocation();
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.to} to={tab.to} aria-current={pathname === tab.to ? 'page' : undefined}>
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
