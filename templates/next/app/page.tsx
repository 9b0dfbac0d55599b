'use client';

import { useEffect, useState } from 'react';

export default function Page() {
  const [result, setResult] = useState('training …');

  useEffect(() => {
    const controller = new AbortController();
    const show = (text: string) => {
      if (!controller.signal.aborted) setResult(text);
    };
    // Loaded by the browser alone: the server that renders the page trains nothing.
    import('./train')
      .then(({ train }) => train(controller.signal))
      .then(
        (logLikelihood) => show(`log-likelihood: ${logLikelihood.toFixed(3)} nats`),
        (error: Error) => show(error.message),
      );
    return () => controller.abort();
  }, []);

  return (
    <main>
      <h1>A flow learns two moons</h1>
      <output>{result}</output>
    </main>
  );
}
