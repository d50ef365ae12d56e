import {existsSync} from 'node:fs';
import {copyFile, mkdir, readdir} from 'node:fs/promises';
import path from 'node:path';

/** Copies the license of every package that is shipped, each as `NAME.txt`. */
export async function copyLicenses(
	project: string,
	bundledFiles: readonly string[],
	folder: string,
): Promise<void> {
	await mkdir(folder);
	await copyFile(path.join(project, 'LICENSE'), path.join(folder, 'slipway.txt'));
	const shipped = ['koffi', `node-linux-${process.arch}`, ...bundledFiles.flatMap(packageOf)];
	for (const name of new Set(shipped)) {
		const source = await findLicense(path.join(project, 'node_modules', name), name);
		await copyFile(source, path.join(folder, `${name.replace('/', '-')}.txt`));
	}
}

/** In the package, or beside this file for those whose package leaves out what their project has. */
async function findLicense(source: string, name: string): Promise<string> {
	const license = (await readdir(source)).find((file) => /^licen[cs]e/i.test(file));
	if (license !== undefined) return path.join(source, license);
	const ours = path.join(import.meta.dirname, 'licenses', `${name}.txt`);
	if (!existsSync(ours)) throw new Error(`package ${name} has no license file`);
	return ours;
}

function packageOf(file: string): string[] {
	const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
	return name === undefined ? [] : [name];
}
