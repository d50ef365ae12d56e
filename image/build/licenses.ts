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
		const source = path.join(project, 'node_modules', name);
		const license = (await readdir(source)).find((file) => /^licen[cs]e/i.test(file));
		if (license === undefined) throw new Error(`package ${name} has no license file`);
		await copyFile(path.join(source, license), path.join(folder, `${name.replace('/', '-')}.txt`));
	}
}

function packageOf(file: string): string[] {
	const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
	return name === undefined ? [] : [name];
}
