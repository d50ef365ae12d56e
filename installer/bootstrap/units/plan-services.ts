import {nearestWord} from '../../../engine/suggestion.ts';
import type {ServiceAnswers} from '../../answers/answers.ts';
import type {BootstrapWork} from '../work.ts';
import {enableUnit} from './enable-unit.ts';
import {ImageUnits, machineFolder} from './image-units.ts';
import {parseInstallSection} from './unit-file.ts';
import {fullUnitName, isUnitName} from './unit-name.ts';

/** Asked first, before the image's: a first boot may enable what they say, and disable nothing. */
const presets = '/etc/systemd/system-preset/10-slipway-install.preset';

/** Makes the links that systemctl would, and hides those that it would remove. */
export function planServices(services: ServiceAnswers, work: BootstrapWork): void {
	const units = new ImageUnits(work.image);
	const enable = unitsOf(services.enable, units, work);
	const disable = unitsOf(services.disable, units, work);
	const mask = unitsOf(services.mask, units, work);
	for (const name of enable)
		if (disable.includes(name) || mask.includes(name))
			work.problems.usage(`${name} is to be enabled, and disabled or masked`, {
				hint: 'Leave it in one of the lists.',
			});
	for (const name of enable) enableUnit(name, units, work);
	for (const name of withCompanions(disable, units, work)) {
		for (const link of units.linksTo(name)) work.files.hide(link);
		work.note(`service ${name} disabled`, machineFolder);
	}
	for (const name of mask) {
		work.files.link(`${machineFolder}/${name}`, '/dev/null');
		work.note(`service ${name} masked`, `${machineFolder}/${name}`);
	}
	const lines = [
		...enable.map((name) => `enable ${name}\n`),
		...disable.map((name) => `disable ${name}\n`),
	];
	if (lines.length > 0) work.files.file(presets, lines.join(''));
}

/** Full names of units that the image has. */
function unitsOf(names: readonly string[], units: ImageUnits, {problems}: BootstrapWork): string[] {
	const full = [...new Set(names.map(fullUnitName))];
	return full.filter((name) => {
		if (isUnitName(name) && units.find(name) !== undefined) return true;
		const nearest = nearestWord(name, units.names());
		problems.refuse('no-unit', `the image has no unit ${JSON.stringify(name)}`, {
			hint:
				nearest === undefined
					? 'Install what has it in the image, or leave it out.'
					: `Did you mean ${nearest}?`,
		});
		return false;
	});
}

/** With the units that are enabled and disabled along with them. */
function withCompanions(
	names: readonly string[],
	units: ImageUnits,
	{image}: BootstrapWork,
): string[] {
	const all = new Set<string>();
	const pending = [...names];
	for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
		if (all.has(name)) continue;
		all.add(name);
		const path = units.find(name)?.path;
		const text = path === undefined ? undefined : image.text(path);
		pending.push(...(parseInstallSection(text ?? '')?.also ?? []));
	}
	return [...all];
}
