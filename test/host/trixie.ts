/**
 * Programs of Debian 13 on an older host: mke2fs there takes archives (e2fsprogs 1.47.1 and libarchive).
 * A small root is enough, `mmdebstrap --variant=minbase --include=e2fsprogs,libarchive13t64 trixie DIR`,
 * at `.cache/trixie` or where the environment's TRIXIE_ROOT says.
 */
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {EngineError} from '../../engine/errors.ts';
import type {System} from '../../engine/system/system.ts';

const cached = path.join(import.meta.dirname, '../../.cache/trixie');
const loaders: Readonly<Record<string, string>> = {
	x64: 'x86_64-linux-gnu/ld-linux-x86-64.so.2',
	arm64: 'aarch64-linux-gnu/ld-linux-aarch64.so.1',
};
const programs: ReadonlySet<string> = new Set(['mke2fs', 'debugfs', 'e2fsck']);

/** Where such a root is, or would be. */
export function trixieRoot(): string {
	return process.env.TRIXIE_ROOT ?? cached;
}

/** A system whose mke2fs takes archives, or the reason why there is none. */
export async function systemWithArchives(
	system: System,
): Promise<{readonly system: System} | {readonly missing: string}> {
	const root = trixieRoot();
	for (const candidate of existsSync(root) ? [withPrograms(system, root)] : [system])
		if (await takesArchives(candidate)) return {system: candidate};
	return {missing: 'no mke2fs with libarchive, neither on this host nor in .cache/trixie'};
}

/**
 * Runs the programs by the root's own loader, not by chroot: paths mean the same inside and outside.
 */
function withPrograms(system: System, root: string): System {
	const loader = path.join(root, 'usr/lib', loaders[process.arch] ?? 'unknown');
	const run: System['run'] = (command, args, options) => {
		if (!programs.has(command)) return system.run(command, args, options);
		const program = path.join(root, 'usr/sbin', command);
		const libraries = ['--library-path', path.dirname(loader)];
		return system.run(loader, [...libraries, program, ...args], options);
	};
	return {...system, run};
}

/** Only a trial tells: libarchive is loaded when it is needed. */
async function takesArchives(system: System): Promise<boolean> {
	const folder = mkdtempSync(path.join(tmpdir(), 'slipway-trial-'));
	const file = path.join(folder, 'trial.raw');
	const emptyTar = Buffer.alloc(1024);
	try {
		await system.run('mke2fs', ['-q', '-t', 'ext4', '-d', '-', file, '8M'], {input: emptyTar});
		return true;
	} catch (error) {
		if (error instanceof EngineError) return false;
		throw error;
	} finally {
		rmSync(folder, {recursive: true});
	}
}
