import {printableText} from '../../engine/tree/printable.ts';
import type {DiskSelector} from '../answers/answers.ts';
import {formatSize} from './size.ts';

/** `/dev/vda`, `the smallest disk`, `the only disk (model Samsung SSD*, at least 186 GiB)`. */
export function describeSelector(selector: DiskSelector): string {
	const {path, pick} = selector;
	const facts = factsOf(selector).map(printableText);
	const which = path === undefined ? `the ${pick} disk` : printableText(path);
	return facts.length === 0 ? which : `${which} (${facts.join(', ')})`;
}

function factsOf(selector: DiskSelector): string[] {
	const {byId, byPath, serial, wwn, model, vendor, size, transport, rotational} = selector;
	const {removable, empty, except} = selector;
	const named = {'by-id': byId, 'by-path': byPath, serial, wwn, model, vendor};
	return [
		...Object.entries(named).flatMap(([name, value]) => (value ? [`${name} ${value}`] : [])),
		...(size?.least === undefined ? [] : [`at least ${formatSize(size.least)}`]),
		...(size?.most === undefined ? [] : [`at most ${formatSize(size.most)}`]),
		...(transport === undefined ? [] : [transport.join(' or ')]),
		...(rotational === undefined ? [] : [rotational ? 'rotating' : 'not rotating']),
		...(removable === undefined ? [] : [removable ? 'removable or not' : 'not removable']),
		...(empty === undefined ? [] : [empty ? 'empty' : 'not empty']),
		...(except === undefined ? [] : [`not ${except.join(', ')}`]),
	];
}
