import { Component, type ReactNode } from 'react';
import { Failed } from './failed.tsx';

interface Props {
  readonly children: ReactNode;
}

/** Keeps a part of a page that breaks from taking the others with it. */
export class ErrorBoundary extends Component<Props, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error ? (
      <Failed error={error} retry={() => this.setState({ error: undefined as never })} />
    ) : (
      this.props.children
    );
  }
}
