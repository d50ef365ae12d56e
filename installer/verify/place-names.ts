import {deploymentsFolder} from '../../engine/deployment/state-directory.ts';
import type {ByteString} from '../../engine/tree/tree.ts';
import {varFolder} from '../deployment-state.ts';

/** Where a path of the physical root is in the running system of a deployment, as text. */
export function runningPath(path: ByteString, deploymentId: string): string {
	const upper = `${deploymentsFolder}/${deploymentId}/etc/upper`;
	for (const [folder, place] of [
		[upper, '/etc'],
		[varFolder, '/var'],
	] as const)
		if (path === folder || path.startsWith(`${folder}/`))
			return textOfPath(`${place}${path.slice(folder.length)}`);
	return textOfPath(`/sysroot/${path}`);
}

/** A path as text, no two the same: what is not UTF-8 stands as `\xNN`. */
export function textOfPath(path: ByteString): string {
	const bytes = Buffer.from(path, 'latin1');
	const text = bytes.toString('utf8');
	const isText = Buffer.from(text, 'utf8').equals(bytes);
	const escaped = (isText ? text : path).replaceAll('\\', '\\\\');
	if (isText) return escaped;
	return escaped.replace(
		/[\x80-\xff]/g,
		(byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
	);
}
