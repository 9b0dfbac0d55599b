// Builds the typedoc site: a broken link in a doc comment fails it.
import { run } from '../setup.mjs';

process.exit(run('typedoc', ['--logLevel', 'Warn']));
