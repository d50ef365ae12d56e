import type {ByteString} from '../../../engine/tree/tree.ts';
import type {ImageTree} from '../image-tree.ts';

const place = '/etc/vconsole.conf';
const tmpfiles = ['/usr/lib/tmpfiles.d', '/etc/tmpfiles.d'];

/**
 * Where the settings of vconsole.conf(5) are kept: itself, or what it is a link to. Debian makes it one
 * to its own file of the keyboard, and replaces at each boot what else is there.
 */
export function consoleSettingsPlace(image: ImageTree): ByteString {
	const target = replacingTarget(image);
	const resolved = image.resolve(target === undefined ? place : `/etc/${target}`);
	return resolved?.startsWith('/etc/') ? resolved : place;
}

/** Below /etc. @see tmpfiles.d(5) */
function replacingTarget(image: ImageTree): string | undefined {
	const rule = /^L\+\S*\s+\/etc\/vconsole\.conf(?:\s+\S+){4}\s+(?:\/etc\/)?(\S+)\s*$/m;
	return tmpfiles
		.flatMap((folder) => image.names(folder).map((name) => image.text(`${folder}/${name}`) ?? ''))
		.map((text) => rule.exec(text)?.[1])
		.find((target) => target !== undefined);
}
