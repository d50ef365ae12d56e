/**
 * Measured by erofs-writer.ts: a dump into an image, as `mkcomposefs --from-file DUMP IMAGE` does it. Leaves
 * in a third file how many seconds the writer alone took.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {parseDump} from '../../engine/erofs/dump-parser.ts';
import {writeImage} from '../../engine/erofs/writer.ts';

const [dump = '', image = '', report = ''] = process.argv.slice(2);
const root = parseDump(readFileSync(dump));
const started = performance.now();
const bytes = writeImage(root, {flavour: 'c', version: 'auto'});
const seconds = (performance.now() - started) / 1000;
writeFileSync(image, bytes);
writeFileSync(report, String(seconds));
