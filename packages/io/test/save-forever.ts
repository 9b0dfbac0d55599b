// Saves two modules in turn in the directory it is given, until it is killed.
import { createRequire } from 'node:module';
import { enableProdMode } from '@tensorflow/tfjs-core';
import { saveModule } from '../src/node.js';
import { savedModules } from './modules.js';

// Of TensorFlow.js the backend only: a process that is to be killed should not take long to start.
const require = createRequire(createRequire(import.meta.url).resolve('@tensorflow/tfjs/package.json'));
require('@tensorflow/tfjs-backend-cpu');

// It silences a banner.
enableProdMode();
const modules = savedModules();
// Whoever would kill it may be gone first.
process.on('disconnect', () => process.exit());
process.send!('ready');
for (let i = 0; ; i++) {
  await saveModule(modules[i % 2], process.argv[2], { metadata: i });
  process.send!('saved');
}
