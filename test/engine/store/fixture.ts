import {mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {verityDigest} from '../../../engine/erofs/fs-verity.ts';
import {hostSystem} from '../../../engine/system/host.ts';
import type {FsVerityAlgorithm, System} from '../../../engine/system/system.ts';

/** The host, but for syncfs: it would wait for all that others write to the same file system. */
export const unsyncedSystem: System = {...hostSystem(), syncFileSystem: () => {}};

/** A folder with `source/` and room for a store; the caller removes it. */
export function makeFolder(): string {
	const folder = mkdtempSync(path.join(tmpdir(), 'store-'));
	mkdirSync(path.join(folder, 'source'));
	return folder;
}

/** Writes files by their paths below `root`. */
export function writeTree(root: string, files: Readonly<Record<string, string | Buffer>>): void {
	for (const [name, content] of Object.entries(files)) {
		const file = path.join(root, name);
		mkdirSync(path.dirname(file), {recursive: true});
		writeFileSync(file, content);
	}
}

/** All regular files below a folder, as paths relative to it. */
export function filesBelow(folder: string): string[] {
	return readdirSync(folder, {recursive: true, encoding: 'utf8'})
		.filter((name) => statSync(path.join(folder, name)).isFile())
		.sort();
}

/** Digests of the objects of a store, each of which has been checked against its content and mode. */
export function checkedObjects(store: string, algorithm: FsVerityAlgorithm = 'sha256'): string[] {
	const objects = path.join(store, 'objects');
	return filesBelow(objects).map((name) => {
		const file = path.join(objects, name);
		const digest = name.replace('/', '');
		const actual = verityDigest(readFileSync(file), algorithm);
		const mode = (statSync(file).mode & 0o7777).toString(8);
		if (actual !== digest || mode !== '644') {
			throw new Error(`object ${digest} has content ${actual} and mode ${mode}`);
		}
		return digest;
	});
}

/** Content of `size` bytes that no other number gives. */
export function content(size: number, number = 0): Buffer {
	const bytes = Buffer.alloc(size);
	for (let at = 0; at + 4 <= size; at += 4)
		bytes.writeUInt32LE((at * 2_654_435_761 + number) >>> 0, at);
	return bytes;
}
