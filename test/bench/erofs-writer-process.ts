/** Measured by erofs-writer.ts: a dump into an image, as `mkcomposefs --from-file DUMP IMAGE` does it. */
import {readFileSync, writeFileSync} from 'node:fs';
import {parseDump} from '../../engine/erofs/dump-parser.ts';
import {writeImage} from '../../engine/erofs/writer.ts';

const [dump = '', image = ''] = process.argv.slice(2);
writeFileSync(image, writeImage(parseDump(readFileSync(dump)), {flavour: 'c', version: 'auto'}));
