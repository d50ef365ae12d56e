import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {SettingsPlaces} from '../../../../engine/oci/settings/places.ts';

/** Root folders of systems that have files of settings and nothing else. */
export class SettingsRoots {
	readonly #folder = mkdtempSync(path.join(tmpdir(), 'slipway-settings-'));
	#count = 0;

	/** @param files text by absolute path; mode 0600 */
	make(
		files: Readonly<Record<string, string>>,
		{environment = {}, includesHome = false}: Partial<SettingsPlaces> = {},
	): SettingsPlaces {
		const root = path.join(this.#folder, `${this.#count++}`);
		for (const [file, text] of Object.entries(files)) {
			mkdirSync(path.join(root, path.dirname(file)), {recursive: true});
			writeFileSync(path.join(root, file), text, {mode: 0o600});
		}
		return {root, environment, includesHome};
	}

	remove(): void {
		rmSync(this.#folder, {recursive: true});
	}
}
