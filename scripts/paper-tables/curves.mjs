import { at, colours, figure, namedCurves, text } from '../figures/svg.mjs';

const [WIDTH, HEIGHT] = [680, 320];
const BOX = { left: 60, right: 450, top: 20, bottom: 265 };

/** Training losses by epoch, from the second on: the first falls so far that nothing else would be seen. */
export function drawCurves(curves) {
  const epochs = Math.max(...curves.map(({ losses }) => losses.length));
  const drawn = curves.flatMap(({ losses }) => losses.slice(1));
  const [low, high] = [Math.floor(Math.min(...drawn)), Math.ceil(Math.max(...drawn))];
  const step = Math.max(1, Math.ceil((high - low) / 6));
  const x = (epoch) => BOX.left + ((BOX.right - BOX.left) * (epoch - 1)) / (epochs - 1);
  const y = (loss) => BOX.bottom - ((loss - low) / (high - low)) * (BOX.bottom - BOX.top);
  const grid = Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => low + i * step).map(
    (value) =>
      `<path class="grid" d="M${BOX.left} ${at(y(value))}H${BOX.right}"/>${text(BOX.left - 8, y(value) + 4, value, { kind: 'small', anchor: 'end' })}`,
  );
  const ticks = [1, Math.round(epochs / 2), epochs].map((epoch) =>
    text(x(epoch), BOX.bottom + 18, epoch, { kind: 'small' }),
  );
  const lines = namedCurves(
    curves.map(({ title, losses }, i) => ({
      name: title,
      points: losses.map((loss, epoch) => [x(epoch + 1), y(loss)]).slice(1),
      colour: colours[i % colours.length],
    })),
    BOX.right,
  );
  const axes = `<path class="axis" d="M${BOX.left} ${BOX.top}V${BOX.bottom}H${BOX.right}"/>`;
  const title = text((BOX.left + BOX.right) / 2, HEIGHT - 16, 'epoch', { kind: 'small' });
  const unit = text(BOX.right, BOX.top + 12, 'training loss, nats', { kind: 'small', anchor: 'end' });
  return figure(
    WIDTH,
    HEIGHT,
    'Training loss by epoch, row by row',
    [...grid, axes, ...ticks, lines, title, unit].join(''),
  );
}
