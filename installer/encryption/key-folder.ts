import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {System} from '../../engine/system/system.ts';
import type {Secret} from '../answers/secret.ts';
import {scratchFolder} from '../scratch.ts';

/** Where keys lie as files for a moment, in memory that is never swapped out. */
export interface KeyFolder extends Disposable {
	readonly path: string;
	/** Gives the path of the file. */
	put(name: string, content: Secret): string;
}

/**
 * A folder that this process and the programs that it runs see, and nobody else; it is gone with them, however
 * they end.
 */
export function openKeyFolder(
	system: Pick<System, 'unshareMounts' | 'mount' | 'unmount'>,
): KeyFolder {
	using cleanup = new DisposableStack();
	const folder = mkdtempSync(path.join(scratchFolder(), 'slipway-keys-'));
	cleanup.defer(() => rmSync(folder, {recursive: true}));
	system.unshareMounts();
	system.mount('none', folder, 'ramfs', ['nosuid', 'nodev', 'noexec'], 'mode=0700');
	cleanup.defer(() => system.unmount(folder));
	const kept = cleanup.move();
	return {
		path: folder,
		put(name, content) {
			const file = path.join(folder, name);
			writeFileSync(file, content.revealBytes(), {mode: 0o600, flag: 'wx'});
			return file;
		},
		[Symbol.dispose]: () => kept.dispose(),
	};
}
