import type { NextConfig } from 'next';

/** A folder of static files, `out`; without the option, `next start` serves the application. */
const config: NextConfig = { output: 'export' };

export default config;
