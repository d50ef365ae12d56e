/**
 * `npm run build [-- FOLDER]`: makes dist/, all of the program that ships. It runs from any folder of a
 * machine of the architecture that built it, and is copied into images as /usr/lib/slipway.
 *
 *   dist/slipway     launcher
 *        node        Node without symbols
 *        lib/        libraries of Node
 *        app/        the bundle: main.js, workers, chunks, koffi's addon
 *        licenses/
 *
 * The same sources and packages on the same host give the same bytes, modes and times.
 */
import {chmod, copyFile, mkdir, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {bundleJavaScript} from './javascript.ts';
import {copyLicenses} from './licenses.ts';
import {normalizeMetadata, sourceTime} from './reproducible.ts';
import {copyAddon, copyRuntime} from './runtime.ts';

const project = path.resolve(import.meta.dirname, '../..');
const finished = path.resolve(process.argv[2] ?? path.join(project, 'dist'));
// A build that stops in the middle must not pass for a finished one.
const folder = `${finished}.unfinished`;

await rm(folder, {recursive: true, force: true});
await mkdir(folder, {recursive: true});
const bundledFiles = await bundleJavaScript(project, path.join(folder, 'app'));
await copyAddon(project, path.join(folder, 'app'));
await copyRuntime(folder);
await copyFile(path.join(import.meta.dirname, 'launcher.sh'), path.join(folder, 'slipway'));
await chmod(path.join(folder, 'slipway'), 0o755);
await copyLicenses(project, bundledFiles, path.join(folder, 'licenses'));
await normalizeMetadata(folder, await sourceTime(project));
await rm(finished, {recursive: true, force: true});
await rename(folder, finished);
