// Puts WebGPU for Node into .cache/webgpu: 130 MB that no user of another backend should have to fetch.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';
import { installInto } from './install-into.mjs';

const WEBGPU = '0.6.2';

const directory = path.join(root, '.cache', 'webgpu');
const installed = path.join(directory, 'node_modules', 'webgpu', 'package.json');
if (existsSync(installed) && JSON.parse(readFileSync(installed, 'utf8')).version === WEBGPU) process.exit(0);
process.exit(installInto(directory, { webgpu: WEBGPU }));
