import { runExamples } from '../examples/run-examples.js';
import { isTutorial } from '../examples/tutorial.js';

runExamples(isTutorial);
