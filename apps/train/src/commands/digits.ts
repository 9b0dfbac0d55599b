import { digitsFingerprint } from '../data/digits/digits-fingerprint.js';
import type { Digits } from '../data/digits/images.js';
import path from 'node:path';
import { slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { saveModule, writeFileAtomic } from '@pushforward/io/node';
import { key, type Key, split } from '@pushforward/tensor';
import type { Vae } from '@pushforward/vae';
import { attentionBlocks } from '../model/attention-blocks.js';
import { startBackend } from '../model/backend.js';
import { loadDigits } from '../data/digits/digits.js';
import { greyLevels, scoreDigits } from '../digits/evaluation.js';
import { binarise, buildVae, digitsOptimizer, negativeElbo } from '../digits/model.js';
import { type DigitsReport, digitsReport, type PosteriorResult, resultRows, SAMPLE_COLUMNS } from '../digits/report.js';
import type { DigitsSettings } from '../digits/settings.js';
import { POSTERIOR_TITLES, type PosteriorName } from '../model/posteriors.js';
import { digitStream } from '../digits/stream.js';
import { checkSameData } from '../files/fingerprint.js';
import { commandLine, type Host, withoutDirectories } from '../terminal/host.js';
import type { DigitsNotes } from '../model/models.js';
import { type Images, imageGrid } from '../report/image-grid.js';
import { settingRows } from '../report/run-sections.js';
import { claimRunDirectory, type RunDirectory, shownPath } from '../run/run-directory.js';
import { beginRun, finishRun, type RunRecord } from '../run/run-record.js';
import { formatCount, type Matrix } from '../statistics/statistics.js';
import { Stopwatch } from '../terminal/stopwatch.js';
import { textTable } from '../terminal/text-table.js';
import { trainOrResume } from '../run/training-run.js';
import { withResumeHint } from '../run/resume-hint.js';

/** The options of `digits` as they stand on the command line. */
export interface DigitsOptions extends Omit<DigitsSettings, 'data' | 'posteriors'> {
  data?: string;
  posterior: PosteriorName | 'both';
  out?: string;
  force?: boolean;
}

const SAMPLE_COUNT = SAMPLE_COLUMNS ** 2;
const RECONSTRUCTION_COUNT = 14;

/** The main job: trains on digits with each posterior and compares them. */
export async function digitsCommand(host: Host, args: readonly string[], options: DigitsOptions): Promise<void> {
  const { steps, batch, lr, latent, hidden, transforms, flowHidden, context, samples, seed } = options;
  const directoryOfDigits = options.data === undefined ? null : path.resolve(host.cwd, options.data);
  const posteriors: PosteriorName[] = options.posterior === 'both' ? ['gaussian', 'iaf'] : [options.posterior];
  const settings: DigitsSettings = {
    data: directoryOfDigits,
    posteriors,
    steps,
    batch,
    lr,
    latent,
    hidden,
    transforms,
    flowHidden,
    context,
    samples,
    seed,
  };
  // Before anything is written: a mistake should leave no directory behind.
  if (posteriors.includes('attention-iaf')) attentionBlocks(flowHidden);
  const { data } = await readDigits(host, settings);
  using directory = claimRunDirectory(host.cwd, { out: options.out, command: 'digits', force: options.force ?? false });
  const record: RunRecord = {
    version: 3,
    command: 'digits',
    commandLine: commandLine(host, args),
    settings,
    data,
    finished: false,
  };
  await beginRun(directory, record);
  await runDigits(host, directory, record, settings);
}

/** Runs the main job from its settings, from the beginning or from where it was stopped. */
export async function runDigits(
  host: Host,
  directory: RunDirectory,
  record: RunRecord,
  settings: DigitsSettings,
): Promise<void> {
  await withResumeHint(host, directory, async () => {
    const report = await trainAndCompare(host, directory, record, settings);
    // The last posterior is the one with a flow, where there is one.
    await writeFileAtomic(
      path.join(directory.path, 'samples.png'),
      imageGrid(report.results.at(-1)!.samples, SAMPLE_COLUMNS, 3),
    );
    await writeFileAtomic(path.join(directory.path, 'report.html'), digitsReport(report));
    await finishRun(directory, record);
    const { header, rows } = resultRows(report.results);
    const models = settings.posteriors.map((posterior) => `model    ${path.join(directory.name, posterior)}\n`);
    host.stdout.write(
      `\n${textTable(header, rows)}\nreport   ${path.join(directory.name, 'report.html')}\nsamples  ${path.join(directory.name, 'samples.png')}\n${models.join('')}`,
    );
  });
}

async function trainAndCompare(
  host: Host,
  directory: RunDirectory,
  record: RunRecord,
  settings: DigitsSettings,
): Promise<DigitsReport> {
  const watch = new Stopwatch();
  const { digits, data, keys } = await readDigits(host, settings);
  const [weightKey, trainingKey, scoreKey, pictureKey] = keys;
  const { train, validation, test, source } = digits;
  checkSameData(source, data, record.data);
  watch.lap('reading the digits');
  const backend = await startBackend();
  watch.lap('starting TensorFlow.js');
  host.stderr.write(
    `${source}: ${train.count} to train on, ${validation.count} to validate on, ${test.count} to test on\n`,
  );

  // Every random choice is the same for both posteriors, as far as they are built alike.
  const results: PosteriorResult[] = [];
  for (const posterior of settings.posteriors) {
    const title = POSTERIOR_TITLES[posterior];
    using vae = buildVae(settings, posterior, train.height * train.width, weightKey);
    const training = await trainOrResume<Tensor>({
      host,
      directory,
      name: posterior,
      title: title.padEnd(POSTERIOR_TITLES.gaussian.length),
      loss: negativeElbo(vae),
      data: digitStream(train, settings.batch),
      options: {
        module: vae,
        optimizer: digitsOptimizer(settings),
        steps: settings.steps,
        seed: trainingKey,
        validation: { data: { values: validation.pixels, shape: [validation.count, train.height * train.width] } },
      },
    });
    const notes: DigitsNotes = {
      kind: 'digits',
      height: train.height,
      width: train.width,
      trainedOn: settings.data === null ? source : `the digits in ${path.basename(settings.data)}`,
      commandLine: withoutDirectories(record.commandLine),
    };
    await saveModule(vae, path.join(directory.path, posterior), { metadata: notes });
    const rate = (training.steps / training.seconds).toFixed(1);
    watch.add(
      `training, ${title} posterior`,
      training.seconds,
      `${formatCount(training.steps)} steps, ${rate} a second`,
    );

    host.stderr.write(`${title}: testing on ${test.count} digits\n`);
    const scores = await scoreDigits(host, vae, test, settings.samples, scoreKey);
    const pictures = await draw(vae, test, pictureKey);
    watch.lap(
      `testing, ${title} posterior`,
      `${formatCount(test.count)} digits, ${settings.samples} importance samples each`,
    );
    results.push({ posterior, training, scores, ...pictures });
  }
  return {
    facts: { commandLine: record.commandLine, settings: settingRows(settings), timings: watch.laps, backend },
    source,
    counts: { train: train.count, validation: validation.count, test: test.count },
    importanceSamples: settings.samples,
    results,
    originals: await drawOriginals(test, pictureKey),
    labels: test.labels,
  };
}

async function readDigits(host: Host, settings: DigitsSettings) {
  const [splitKey, ...keys] = split(key(settings.seed), 5);
  const digits = await loadDigits(
    host.cwd,
    settings.data === null ? undefined : shownPath(host.cwd, settings.data),
    splitKey,
  );
  const { train, validation, test } = digits;
  return { digits, keys, data: digitsFingerprint([train, validation, test]) };
}

/** What the report shows of a model. */
async function draw(
  vae: Vae,
  test: Digits,
  pictureKey: Key,
): Promise<Pick<PosteriorResult, 'samples' | 'reconstructions' | 'latents'>> {
  const [pixelKey, priorKey, latentKey] = split(pictureKey, 3);
  const [sampleMeans, reconstructionMeans, latents] = tidy(() => {
    const x = binarise(greyLevels(test, 0, test.count), pixelKey);
    const z = vae.encode(x, { seed: latentKey });
    const shown = slice(z, [0, 0], [Math.min(RECONSTRUCTION_COUNT, test.count), vae.encoder.latentDim]);
    return [vae.decode(vae.prior.sample(SAMPLE_COUNT, { seed: priorKey })), vae.decode(shown), z];
  });
  return {
    samples: await toImages(sampleMeans, test),
    reconstructions: await toImages(reconstructionMeans, test),
    latents: await toMatrix(latents),
  };
}

/** The digits behind the reconstructions, with the same pixels drawn. */
async function drawOriginals(test: Digits, pictureKey: Key): Promise<Images> {
  const [pixelKey] = split(pictureKey, 3);
  const count = Math.min(RECONSTRUCTION_COUNT, test.count);
  const x = tidy(() =>
    slice(binarise(greyLevels(test, 0, test.count), pixelKey), [0, 0], [count, test.height * test.width]),
  );
  return toImages(x, test);
}

/** Reads images back, and frees the tensor. */
async function toImages(tensor: Tensor, { height, width }: Digits): Promise<Images> {
  const { values, rows } = await toMatrix(tensor);
  return { values, count: rows, height, width };
}

async function toMatrix(tensor: Tensor): Promise<Matrix> {
  const [rows, columns] = tensor.shape;
  const values = Float64Array.from(await tensor.data());
  tensor.dispose();
  return { values, rows, columns };
}
