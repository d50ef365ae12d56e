import {nearestWord} from '../../../engine/suggestion.ts';
import type {Directory} from '../../../engine/tree/tree.ts';
import type {BootstrapWork} from '../work.ts';

const zones = '/usr/share/zoneinfo';
const debianPlace = '/etc/timezone';

export function putTimeZone({image, files, problems, note}: BootstrapWork, zone: string): void {
	const isName = /^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/.test(zone);
	if (!isName || !image.isFile(`${zones}/${zone}`)) {
		const folder = image.inode(zones);
		const known = folder?.type === 'directory' ? zoneNames(folder) : [];
		const nearest = nearestWord(zone, known);
		problems.refuse('no-time-zone', `the image has no time zone ${JSON.stringify(zone)}`, {
			hint:
				known.length === 0
					? 'Install tzdata in the image.'
					: `Give a name such as ${nearest ?? 'Europe/Berlin'}.`,
		});
		return;
	}
	files.link('/etc/localtime', `..${zones}/${zone}`);
	if (image.isFile(debianPlace)) files.file(debianPlace, `${zone}\n`);
	note(`time zone ${zone}`, '/etc/localtime');
}

/** Without the copies of all zones that some distributions have in lower-case folders. */
function zoneNames(folder: Directory, prefix = ''): string[] {
	return [...folder.children].flatMap(([name, inode]) => {
		if (!/^[A-Z]/.test(name)) return [];
		return inode.type === 'directory' ? zoneNames(inode, `${prefix}${name}/`) : [prefix + name];
	});
}
