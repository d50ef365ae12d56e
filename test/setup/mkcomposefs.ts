/**
 * The real `mkcomposefs`: that of the host, or one of Debian testing, unpacked at `.cache/forky` or where
 * FORKY_ROOT says, and run by its own loader.
 */
import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import path from 'node:path';
import {makeDebianRoot} from './debian-root.ts';

const cached = path.resolve(import.meta.dirname, '../../.cache/forky');
const loaders: Readonly<Record<string, string>> = {
	x64: 'x86_64-linux-gnu/ld-linux-x86-64.so.2',
	arm64: 'aarch64-linux-gnu/ld-linux-aarch64.so.1',
};

/** How to call it, or undefined when there is none; `makeMkcomposefs` gets one. */
export function findMkcomposefs(): readonly [string, ...string[]] | undefined {
	if (spawnSync('mkcomposefs', ['--version']).error === undefined) return ['mkcomposefs'];
	const root = process.env.FORKY_ROOT ?? cached;
	const program = path.join(root, 'usr/bin/mkcomposefs');
	if (!existsSync(program)) return undefined;
	const loader = path.join(root, 'usr/lib', loaders[process.arch] ?? 'unknown');
	return [loader, '--library-path', path.dirname(loader), program];
}

/** Gets one from a Debian mirror if there is none, and if the mirror can be reached. */
export function makeMkcomposefs(): void {
	if (findMkcomposefs() !== undefined) return;
	makeDebianRoot('forky', [
		...['--variant=essential', '--include=composefs'],
		// A mirror's copy of testing may be older than its Release file allows.
		'--aptopt=Acquire::Check-Valid-Until "false"',
	]);
}

/** For benchmarks, which have nothing to compare with without it. */
export function needMkcomposefs(): readonly [string, ...string[]] {
	makeMkcomposefs();
	const found = findMkcomposefs();
	if (found === undefined) throw new Error('there is no mkcomposefs, and none can be had');
	return found;
}
