import type {BootstrapWork} from '../work.ts';
import {type ImageUnits, machineFolder} from './image-units.ts';
import {type InstallSection, parseInstallSection} from './unit-file.ts';
import {instanceOf, isTemplate} from './unit-name.ts';

/** Makes the links that systemctl enable would, for the unit and those that go with it. */
export function enableUnit(
	name: string,
	units: ImageUnits,
	work: BootstrapWork,
	around: readonly string[] = [],
): void {
	const {image, problems, note} = work;
	const found = units.find(name);
	if (found === undefined || around.includes(name)) return;
	if (found.isMasked) {
		problems.refuse('masked-unit', `${name} is masked in the image`, {
			hint: `Remove ${found.path} from the image, or leave the unit out.`,
		});
		return;
	}
	const install = parseInstallSection(image.text(found.path) ?? '');
	if (install === undefined) {
		if (around.length > 0 || units.isEnabled(name)) return;
		problems.refuse(
			'no-install-section',
			`${name} cannot be enabled: it has no section [Install]`,
			{
				hint: 'Others start it as they need it; leave it out.',
			},
		);
		return;
	}
	const instance = isTemplate(name) ? install.defaultInstance : undefined;
	const unit = instance === undefined ? name : name.replace('@', `@${instance}`);
	if (isTemplate(unit)) {
		problems.refuse('no-instance', `${name} is a template, and names no instance`, {
			hint: `Give one, such as ${name.replace('@', '@NAME')}.`,
		});
		return;
	}
	for (const link of linksOf(unit, install)) putLink(work, link, found.path);
	for (const other of install.also) enableUnit(other, units, work, [...around, name]);
	note(`service ${unit} enabled`, machineFolder);
}

function linksOf(unit: string, install: InstallSection): string[] {
	const instance = instanceOf(unit);
	const prefix = unit.replace(/(@.*)?\.[a-z]+$/, '');
	const filled = (name: string) =>
		name.replace(/%[iInpN%]/g, (specifier) => {
			const values: Readonly<Record<string, string>> = {
				'%i': instance,
				'%I': instance,
				'%n': unit,
				'%p': prefix,
				'%N': unit.replace(/\.[a-z]+$/, ''),
			};
			return values[specifier] ?? '%';
		});
	const inFolder = (kind: string) => (target: string) => `${filled(target)}.${kind}/${unit}`;
	return [
		...install.wantedBy.map(inFolder('wants')),
		...install.requiredBy.map(inFolder('requires')),
		...install.upheldBy.map(inFolder('upholds')),
		...install.alias.map(filled).filter((alias) => alias !== unit),
	];
}

/** Nothing where the image, or another unit that brings this one, has the link. */
function putLink({image, files}: BootstrapWork, link: string, target: string): void {
	const place = `${machineFolder}/${link}`;
	const existing = image.entry(place);
	const isThere = existing?.type === 'symlink' && image.resolve(place) === image.resolve(target);
	if (!isThere && !files.has(place)) files.link(place, target);
}
