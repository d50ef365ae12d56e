import type {ImageRoot} from '../engine/lint/image-root.ts';
import type {SettingsFile} from '../engine/settings-file.ts';
import type {Architecture} from './architecture.ts';
import {
	bootcSettingsFolder,
	type LayoutSettings,
	layoutSettings,
	settingsPath,
} from './disk/layout-settings.ts';

/**
 * How an image wants its disk laid out.
 * @throws UsageError with file, line and what was expected
 */
export async function readLayoutSettings(
	root: ImageRoot,
	{kernel}: Architecture,
): Promise<LayoutSettings> {
	const bootc: SettingsFile[] = [];
	for (const name of await root.list(bootcSettingsFolder))
		if (name.endsWith('.toml'))
			bootc.push(...(await readSettings(root, `${bootcSettingsFolder}/${name}`)));
	const [own] = await readSettings(root, settingsPath);
	return layoutSettings(own, bootc, kernel);
}

async function readSettings(root: ImageRoot, path: string): Promise<SettingsFile[]> {
	const text = await root.text(path);
	return text === undefined ? [] : [{path, text}];
}
