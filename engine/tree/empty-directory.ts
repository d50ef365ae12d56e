import type {Directory} from './tree.ts';

/** A directory that is used and nobody has described: with the metadata that c/storage gives it. */
export function emptyDirectory(): Directory {
	return {
		type: 'directory',
		mode: 0o755,
		uid: 0,
		gid: 0,
		mtimeSec: 0,
		mtimeNsec: 0,
		xattrs: undefined,
		children: new Map(),
	};
}
