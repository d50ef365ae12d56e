/** What the EFI system partition of a live medium is made from, kept on it so that it can be made again. */
import * as v from 'valibot';
import {DamagedInput} from '../../../engine/errors.ts';
import {firmwares} from '../../disk/firmware.ts';
import {type MediumEffect, mediumEffect, unattendedWhere} from '../../live/medium-effect.ts';

/** Of what is in the ISO and on the partition: a medium of another one cannot be customised. */
export const mediumFormat = 1;

const schema = v.object({
	version: v.literal(mediumFormat),
	/** In the boot menu. */
	title: v.string(),
	efi: v.picklist(['x64', 'aa64']),
	/** What starts it. */
	firmware: v.picklist(firmwares),
	/** As the image's medium has it, with nothing added. */
	commandLine: v.string(),
	/** Added to it. */
	kernelArguments: v.array(v.string()),
	/** Of the partition's FAT, and the time of its files in seconds since the epoch. */
	volumeId: v.pipe(v.string(), v.regex(/^[0-9A-F]{4}-[0-9A-F]{4}$/)),
	time: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
	/** What the configuration on it has it do. */
	config: v.optional(v.object({deed: v.string(), unattended: v.picklist(unattendedWhere)})),
});

export type MediumSettings = v.InferOutput<typeof schema>;

export function formatMediumSettings(settings: MediumSettings): string {
	return `${JSON.stringify(settings, undefined, '\t')}\n`;
}

/** @throws DamagedInput */
export function parseMediumSettings(text: string, file: string): MediumSettings {
	try {
		return v.parse(schema, JSON.parse(text));
	} catch (cause) {
		throw new DamagedInput(`${file} is damaged: it does not say what its boot menu is made of`, {
			hint: 'Take the ISO as slipway disk made it.',
			cause,
		});
	}
}

/** All kernel arguments of a live system. */
export function liveArguments({commandLine, kernelArguments}: MediumSettings): string {
	return [commandLine, ...kernelArguments].join(' ');
}

/** What a medium does that has such settings. */
export function effectOf(settings: MediumSettings): MediumEffect {
	return mediumEffect(liveArguments(settings), settings.config);
}
