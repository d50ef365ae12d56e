import path from 'node:path';
import {namesIn} from '../system/read-folder.ts';
import {readText} from '../system/read-text.ts';

export interface Power {
	readonly source: 'mains' | 'battery';
	/** Of the emptiest battery; undefined where none says. */
	readonly batteryPercent: number | undefined;
}

const folder = '/sys/class/power_supply';

/** @param root what stands before all paths */
export async function readPower(root = '/'): Promise<Power> {
	const supplies: string[] = [];
	for (const name of await namesIn(path.join(root, folder))) {
		// Some drivers answer only now and then.
		const uevent = await readSupply(path.join(root, folder, name, 'uevent'));
		if (uevent !== undefined) supplies.push(uevent);
	}
	return parsePower(supplies);
}

/**
 * On battery is what has one that is being emptied, and nothing that feeds it: what is plugged in is
 * not always seen, and a desktop has no supply at all.
 * @param supplies `uevent` of each power supply
 * @see https://docs.kernel.org/power/power_supply_class.html
 */
export function parsePower(supplies: readonly string[]): Power {
	const all = supplies.map(propertiesOf).filter(({SCOPE}) => SCOPE !== 'Device');
	const batteries = all.filter(
		({TYPE, PRESENT}) => (TYPE === 'Battery' || TYPE === 'UPS') && PRESENT !== '0',
	);
	const isFed = all.some(
		({TYPE, ONLINE}) => TYPE !== 'Battery' && TYPE !== 'UPS' && Number(ONLINE) > 0,
	);
	const isEmptied = batteries.some(({STATUS}) => STATUS === 'Discharging');
	const percents = batteries
		.map(({CAPACITY = ''}) => Number.parseInt(CAPACITY, 10))
		.filter(Number.isFinite);
	return {
		source: isEmptied && !isFed ? 'battery' : 'mains',
		batteryPercent: percents.length === 0 ? undefined : Math.min(...percents),
	};
}

function propertiesOf(uevent: string): Readonly<Record<string, string>> {
	return Object.fromEntries(
		[...uevent.matchAll(/^POWER_SUPPLY_([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
			name,
			value.trim(),
		]),
	);
}

async function readSupply(file: string): Promise<string | undefined> {
	try {
		return await readText(file);
	} catch (error) {
		if (['ENODEV', 'EIO', 'EAGAIN'].includes((error as NodeJS.ErrnoException).code ?? ''))
			return undefined;
		throw error;
	}
}
