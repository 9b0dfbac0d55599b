import { runExamples } from './run-examples.js';
import { isTutorial } from './tutorial.js';

runExamples((title) => !isTutorial(title));
